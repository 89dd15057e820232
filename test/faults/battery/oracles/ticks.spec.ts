import { describe, expect, it } from '@jest/globals';
import { History, started } from './history-builder.js';
import { judgeTicks } from './ticks.js';

describe('the oracle of ticks (P5)', () => {
  it('lets each tick start once', () => {
    const { evidence } = history()
      .grant('a', 2000, { lastTick: 2000 })
      .grant('b', 2000, { lastTick: 2000 })
      .body('b', 2000, started(2000, true));
    expect(judgeTicks(evidence)).toEqual({
      judged: 3,
      violations: [],
      figures: { ticks: 3, starts: 2, forgotten: 0 },
    });
  });

  it('lets a call keep the tick that it finds', () => {
    const { evidence } = history()
      .grant('a', 2000, { lastTick: 1000 })
      .body('a', 2000, started(2000))
      .grant('a', 3000, { lastTick: 1000 })
      .grant('call', 1000, { lastTick: null })
      .body('call', 1000, started(1000));
    expect(judgeTicks(evidence)).toMatchObject({ judged: 1, violations: [] });
  });

  it('counts what a dropped table forgot', () => {
    const { evidence } = history().drop(1500).grant('a', 2000, { lastTick: 1000 });
    expect(judgeTicks(evidence)).toMatchObject({ violations: [], figures: { forgotten: 1 } });
  });

  it('lets a second start early by one clock and late by another', () => {
    const { evidence } = new History()
      .grant('a', 1550, { lastTick: 1000 })
      .body('a', 1550, started(1550, true))
      .grant('a', 2000, { lastTick: 2000 })
      .grant('a', 2001, { lastTick: 3000 }, 2000);
    expect(judgeTicks(evidence)).toMatchObject({ judged: 3, violations: [] });
  });

  it('lets clocks that are hours late have their ticks, one for each second', () => {
    const hourAt = 3_600_000;
    const { evidence } = seconds(4, (at) => ({ lastTick: at - hourAt }));
    expect(judgeTicks(evidence)).toMatchObject({ judged: 4, violations: [] });
  });

  it('catches labels of an own clock', () => {
    const { evidence } = history()
      .grant('a', 1001, { lastTick: 1001 })
      .grant('a', 1555, { lastTick: 1555 });
    expect(judgeTicks(evidence).violations).toEqual([
      expect.stringMatching(/tick 1001, which is no whole second/),
      expect.stringMatching(/tick 1555, which is no whole second/),
    ]);
  });

  it('catches more starts than there were seconds, whatever their labels', () => {
    const { evidence } = new History()
      .grant('a', 10_000, { lastTick: 1000 })
      .body('a', 10_000, started(10_000, true))
      .grant('a', 10_200, { lastTick: 2000 })
      .grant('a', 10_400, { lastTick: 3000 })
      .grant('a', 10_600, { lastTick: 4000 });
    expect(judgeTicks(evidence).violations).toEqual([
      expect.stringMatching(/^'a' got 4 ticks in the time of 3 fires/),
    ]);
  });

  it.each<[string, History, RegExp]>([
    ['a tick too far ahead', history().grant('a', 1998, { lastTick: 3000 }), /too far ahead/],
    ['a tick granted twice', history().grant('a', 2000, { lastTick: 1000 }), /tick 1000 once more/],
    [
      'a tick granted twice, with another in between',
      history()
        .grant('a', 2000, { lastTick: 2000 })
        .delete('a', 2100)
        .grant('a', 3000, { lastTick: 1000 }),
      /tick 1000 once more/,
    ],
    ['a tick that is older', history().grant('a', 2000, { lastTick: 0 }), /which is before 1000/],
    ['a cron without a tick', history().grant('a', 2000, { lastTick: null }), /without a tick/],
    ['two bodies of one grant', history().body('a', 1000, started(1001, true)), /2 bodies started/],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeTicks(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });
});

/** A tick, 1000, that was granted at 1000 and started. */
function history(): History {
  return new History().grant('a', 1000, { lastTick: 1000 }).body('a', 1000, started(1000, true));
}

/** A grant each second, as its cron fires. */
function seconds(count: number, odd: (at: number) => { lastTick: number }): History {
  const made = new History();
  for (let second = 10; second < 10 + count; second += 1) {
    const at = second * 1000;
    made.grant('a', at, odd(at)).body('a', at, started(at, true));
  }
  return made;
}
