import { describe, expect, it } from '@jest/globals';
import { History } from './history-builder.js';
import { judgeRefusals } from './refusals.js';

const A = 'a';

describe('the oracle of refusals (P4)', () => {
  it.each<[string, History]>([
    ['while somebody has the name', held(1200, 1210)],
    ['at the end of a lease', held(1990, 2300)],
    ['at the end of a lease that was renewed', renewed(2880, 2890)],
    ['since another one was quicker', held(2300, 2310).grant(A, 2305)],
    ['by a waiter, whom another one was before', held(2300, 3000).grant(A, 2950)],
    ['at the end of a wait', waited(2700, 3000).grant(A, 2600)],
    ['in a wait by a clock of another speed', waited(1700, 2500).life({ instance: 'b', speed: 2 })],
    ['by a clock that is a little late', held(2020, 2025)],
    ['while a release is being committed', released(1790, 1800)],
    ['while that waits for another row', released(2900, 2910).rowLock('b', 1400, 2500)],
    ['as the name is held for at least so long', keptUntil(4500)],
    ['when the server had gone', held(2300, 2310).fault('server restarts', 1000, 2200)],
  ])('lets an attempt be refused %s', (_, { evidence }) => {
    expect(judgeRefusals(evidence).violations).toEqual([]);
  });

  it.each<[string, History]>([
    ['after an expiry', held(2030, 2040)],
    [
      'after an expiry that a release followed',
      held(5000, 5010).change(A, 4000, { releasedAt: 4000 }),
    ],
    ['after a renewed lease', renewed(2930, 2940)],
    ['after a wait', held(2030, 3000)],
    ['in a wait', waited(1700, 2210)],
    ['before the next one has it', held(2100, 2200).grant(A, 2300)],
    ['that was given back before', released(1850, 1860)],
    ['that was given back long before', released(3100, 3110).rowLock('b', 1400, 2500)],
    ['that was kept for long enough', keptUntil(2900)],
    ['that nobody ever had', new History().told(A, 'b', 2030, 2040, 'held')],
    ['beside a fault of another instance', held(2300, 2310).fault('x', 0, 9000, { instance: 'c' })],
    ['long after an outage', held(2300, 2310).fault('server restarts', 100, 700)],
  ])('catches a refusal of a free name, %s', (_, { evidence }) => {
    expect(judgeRefusals(evidence).violations).toEqual([
      expect.stringMatching(/^b asked for 'a'.*was told '(held|hold-at-least)', though nobody/),
    ]);
  });

  it.each(['tick-taken', 'clock-skew', 'closing', 'store-error'])(
    'takes %s for no such refusal',
    (reason) => {
      const { evidence } = new History().grant(A, 1000).told(A, 'b', 2030, 2040, reason);
      expect(judgeRefusals(evidence)).toMatchObject({ violations: [], figures: { refusals: 0 } });
    },
  );

  it('judges refusals once somebody has asked after an expiry', () => {
    const made = held(1200, 1210).failed(A, 'b', 2030, 2040).told(A, 'b', 900, 910);
    expect(judgeRefusals(made.evidence)).toMatchObject({ judged: 0, figures: { refusals: 1 } });
    const { figures, judged } = judgeRefusals(made.told(A, 'b', 2050, 2060).evidence);
    expect({ figures, judged }).toEqual({
      judged: 1,
      figures: { refusals: 1, excluded: 0, askedAfterExpiry: 1 },
    });
  });

  it('sees nobody ask after an expiry where the name was given back', () => {
    const { evidence } = new History().grant(A, 1000).release(A, 1500).told(A, 'b', 2050, 2060);
    expect(judgeRefusals(evidence).figures.askedAfterExpiry).toBe(0);
  });
});

/** A name that was granted until 2000, and an attempt that was told that it is held. */
function held(since: number, at: number): History {
  return new History().grant(A, 1000).told(A, 'b', since, at, 'held');
}

/** By an attempt that waited for half a second. */
function waited(since: number, at: number): History {
  return new History().grant(A, 1000).told(A, 'b', since, at, 'held', 500);
}

/** One that was granted until 2900. */
function renewed(since: number, at: number): History {
  return new History().grant(A, 1000).renew(A, 1900).told(A, 'b', since, at, 'held');
}

/** One that could have been had until 2900, and was given back at 1500. */
function released(since: number, at: number): History {
  const extended = new History().grant(A, 1000).change(A, 1400, { lockedUntil: 8000 });
  return extended.release(A, 1500).told(A, 'b', since, at, 'held');
}

/** One that was given back at 1500 and kept taken. */
function keptUntil(until: number): History {
  const extended = new History().grant(A, 1000).change(A, 1400, { lockedUntil: 8000 });
  return extended.release(A, 1500, until).told(A, 'b', 4000, 4010, 'hold-at-least');
}
