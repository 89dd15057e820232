import { describe, expect, it } from '@jest/globals';
import { aborted, ended, History, started } from './history-builder.js';
import { judgeOverlaps } from './overlaps.js';

const OLD = 'on-1000';
const YOUNG = 2000;

describe('the oracle of overlaps', () => {
  it.each<[string, History]>([
    ['one after the other', two(ended(1900))],
    ['in the same millisecond', two(ended(2001))],
    ['after a death', two().death(OLD, 1500)],
    ['of two names', two(ended(1900)).grant('b', 1200).body('b', 1200, started(1200), ended(2500))],
  ])('sees none between bodies %s', (_, { evidence }) => {
    expect(judgeOverlaps(evidence)).toMatchObject({ violations: [], figures: { overlaps: 0 } });
  });

  it.each<[string, History, string]>([
    ['was told to stop, and did not', two(aborted(1800), ended(2500)), 'toldToStop'],
    ['was told to stop, and runs for good', two(aborted(1800)), 'toldToStop'],
    [
      'was told to stop for another reason',
      two(aborted(1500, 'MaxRuntimeError'), ended(2500)),
      'toldToStop',
    ],
    [
      'could not be told before, and did not stop after',
      new History()
        .grant('a', 1000)
        .grant('a', 4000)
        .body('a', 1000, started(1000), aborted(2600), ended(9000))
        .body('a', 4000, started(4001), ended(4200))
        .stalled(OLD, 1500, 2600),
      'toldToStop',
    ],
    ['stalled', two(aborted(2600), ended(2600)).stalled(OLD, 1500, 2600), 'stalled'],
    [
      'was stopped',
      two(aborted(2600), ended(2600)).fault('SIGSTOP', 1500, 2600, {
        instance: OLD,
        hinders: true,
      }),
      'stopped',
    ],
    ['had a slow clock', two(ended(2500)).death(OLD, 9000, 'SIGTERM', 0.5), 'slowClock'],
    [
      'had its lease taken',
      new History()
        .grant('a', 1000)
        .forceRelease('a', 1200)
        .grant('a', 1300)
        .body('a', 1000, started(1000), aborted(1500), ended(1900))
        .body('a', 1300, started(1301), ended(1600)),
      'forceReleased',
    ],
    [
      'lost its lease with the table',
      new History()
        .grant('a', 1000)
        .drop(1200)
        .grant('a', 1300)
        .body('a', 1000, started(1000), aborted(1500), ended(1900))
        .body('a', 1300, started(1301), ended(1600)),
      'dropped',
    ],
    [
      'began late, when its lease was over',
      new History()
        .grant('a', 1000)
        .grant('a', YOUNG)
        .body('a', YOUNG, started(2001), ended(2900))
        .body('a', 1000, started(2600), aborted(2601), ended(2700))
        .stalled(OLD, 1001, 2600),
      'stalled',
    ],
  ])('explains one where the older one %s', (_, { evidence }, why) => {
    const { figures, violations } = judgeOverlaps(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ overlaps: 1, [why]: 1 });
  });

  it.each<[string, History]>([
    ['whose older one was told nothing', two(ended(2500))],
    ['whose older one still runs', two()],
    ['whose older one was hindered for a moment only', two(ended(2500)).stalled(OLD, 1960, 2011)],
    ['whose older one ran again, untold', two(ended(2500)).stalled(OLD, 1500, 2010)],
    ['whose older one was told after it', two(aborted(2100), ended(2500))],
    [
      'of two leases that were valid',
      two(aborted(1800), ended(2500)).grant('a', 1500).body('a', 1500, started(1501), ended(1600)),
    ],
    ['of one grant', two(ended(1900)).body('a', YOUNG, started(2002))],
    [
      'whose older one gave its lease back',
      new History()
        .grant('a', 1000)
        .release('a', 1200)
        .grant('a', YOUNG)
        .body('a', 1000, started(1000), ended(2500))
        .body('a', YOUNG, started(2001), ended(2200)),
    ],
  ])('catches one %s', (_, { evidence }) => {
    const { figures, violations } = judgeOverlaps(evidence);
    expect(violations).not.toEqual([]);
    expect(figures.unexplained).toBe(violations.length);
  });

  it('counts each pair', () => {
    const { evidence } = two(aborted(1800), ended(5000))
      .grant('a', 3000)
      .body('a', 3000, started(3001), ended(3100));
    expect(judgeOverlaps(evidence).figures).toMatchObject({ bodies: 3, overlaps: 2 });
  });
});

/** An older body from 1000 on, with these lines more, and a younger one from 2001 to 2200. */
function two(...lines: ReturnType<typeof started>[]): History {
  return new History()
    .grant('a', 1000)
    .grant('a', YOUNG)
    .body('a', 1000, started(1000), ...lines)
    .body('a', YOUNG, started(2001), ended(2200));
}
