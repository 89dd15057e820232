import { describe, expect, it } from '@jest/globals';
import { aborted, ended, History, started } from './history-builder.js';
import { judgeSignals } from './signals.js';

const ME = 'on-1000';

describe('the oracle of signals (P6)', () => {
  it.each<[string, History]>([
    ['that ended in time', body(ended(1900)).release('a', 1900)],
    ['that ended in the millisecond of its release', body(ended(1901)).release('a', 1900)],
    ['that ended as its lease did', body(ended(2000))],
    ['whose process died in time', body().death(ME, 1999)],
    [
      'that was told to stop, and gave its lease back',
      body(aborted(1800), ended(1850)).release('a', 1851),
    ],
  ])('does not judge a body %s', (_, { evidence }) => {
    expect(judgeSignals(evidence)).toMatchObject({ judged: 0, violations: [] });
  });

  it.each<[string, History, number]>([
    ['one millisecond before its lease ended', body(aborted(1999), ended(3000)), 1],
    ['and stopped', body(aborted(1800), ended(1810)), 200],
    ['and was superseded', body(aborted(1800), ended(3000)).grant('a', 2500), 200],
    ['and is still running', body(aborted(1800)).grant('a', 2500), 200],
    ['after a renewal', body(aborted(2300), ended(3000)).renew('a', 1500), 200],
    [
      'and gave back what had expired',
      body(aborted(1800), ended(2500)).change('a', 2500, { releasedAt: 2500 }),
      200,
    ],
  ])('lets a body pass that was told %s', (_, { evidence }, leastMarginMs) => {
    const { figures, judged, violations } = judgeSignals(evidence);
    expect(violations).toEqual([]);
    expect(judged).toBe(1);
    expect(figures).toMatchObject({ told: 1, leastMarginMs });
  });

  it.each(['MarathonClosingError', 'MaxRuntimeError'])('counts apart what %s told', (why) => {
    const { evidence } = body(aborted(1500, why), ended(3000));
    const { figures, judged, violations } = judgeSignals(evidence);
    expect(violations).toEqual([]);
    expect(judged).toBe(0);
    expect(figures).toMatchObject({ told: 0, toldOtherwise: 1, leastMarginMs: 0 });
  });

  it('tells of stalls that the battery did not cause, and how long they were', () => {
    const { evidence } = body(ended(1900))
      .stalled(ME, 1100, 1300)
      .stalled('other', 1400, 1700) // a line that was noted in it
      .stalled('other', 1400, 1800)
      .stalled(ME, 1700, 2600)
      .fault('event loop blocked', 1800, 2550, { instance: ME, hinders: true });
    const { figures } = judgeSignals(evidence);
    expect(figures).toMatchObject({ ownStalls: 2, longestOwnStallMs: 400 });
  });

  it.each<[string, History, string]>([
    [
      'its event loop was blocked',
      body(aborted(2600), ended(2700)).stalled(ME, 1700, 2600),
      'stalled',
    ],
    [
      'its event loop was blocked until just before',
      body(aborted(2003), ended(2700)).stalled(ME, 1700, 1998),
      'stalled',
    ],
    [
      'its event loop was blocked from as late as it can be noticed',
      body(aborted(2849), ended(2900)).stalled(ME, 1820, 2600),
      'stalled',
    ],
    [
      'its event loop was blocked again and again',
      body(aborted(2600), ended(2700))
        .stalled(ME, 1790, 1841)
        .stalled(ME, 1891, 1960)
        .stalled(ME, 1960, 2011)
        .stalled(ME, 2210, 2400),
      'stalled',
    ],
    [
      'its process was stopped',
      body(aborted(2600), ended(2700)).fault('SIGSTOP', 1700, 2600, {
        instance: ME,
        hinders: true,
      }),
      'stopped',
    ],
    [
      'its process was stopped, and died so',
      body().death(ME, 5000).fault('SIGSTOP', 1700, 5000, { instance: ME, hinders: true }),
      'stopped',
    ],
    [
      'its clock was slow',
      body(aborted(2600), ended(2700)).death(ME, 9000, 'SIGTERM', 0.5),
      'slowClock',
    ],
    [
      'its lease was taken',
      body(aborted(1999), ended(2700)).forceRelease('a', 1300),
      'forceReleased',
    ],
    [
      'its lease was taken, and it ended soon',
      body(ended(1999)).forceRelease('a', 1300),
      'forceReleased',
    ],
    ['its table was dropped', body(aborted(1800), ended(2700)).drop(1300), 'dropped'],
  ])('excuses a late signal where %s', (_, { evidence }, excuse) => {
    const { figures, judged, violations } = judgeSignals(evidence);
    expect(violations).toEqual([]);
    expect(judged).toBe(0);
    expect(figures).toMatchObject({ [excuse]: 1 });
  });

  it.each<[string, History, RegExp]>([
    ['a body that is told nothing', body(ended(2001)), /no signal.*though its process ran/],
    ['a body told as its lease ends', body(aborted(2000), ended(3000)), /though its process ran/],
    [
      'a body told late after a renewal',
      body(aborted(2600), ended(3000)).renew('a', 1500),
      /though its process ran/,
    ],
    [
      'a body that is never told, and superseded',
      body().grant('a', 2000).body('a', 2000, started(2001)),
      /no signal/,
    ],
    [
      'a stall that was over before',
      body(aborted(2600), ended(2700)).stalled(ME, 1200, 1979),
      /its process ran/,
    ],
    [
      'a stall that came after',
      body(aborted(2600), ended(2700)).stalled(ME, 2001, 2500),
      /its process ran/,
    ],
    [
      'a moment of a stall as its lease ended',
      body(aborted(2011), ended(2700)).stalled(ME, 1960, 2011),
      /its process ran/,
    ],
    [
      'a moment of a stall when its signal was due',
      body(aborted(2011), ended(2700)).stalled(ME, 1790, 1841),
      /its process ran/,
    ],
    [
      'moments of stalls, between which its process ran',
      body(aborted(2011), ended(2700)).stalled(ME, 1790, 1841).stalled(ME, 1892, 2011),
      /its process ran/,
    ],
    [
      'a stall that began when its signal had been due',
      body(aborted(2600), ended(2700)).stalled(ME, 1821, 2600),
      /its process ran/,
    ],
    [
      'a body told of a shutdown when its lease had ended',
      body(aborted(2000, 'MarathonClosingError'), ended(2700)),
      /its process ran/,
    ],
    ['the stall of another', body(ended(2700)).stalled('other', 1500, 2600), /its process ran/],
    [
      'another fault of its own',
      body(ended(2700)).fault('connection kill', 1500, 2600, { instance: ME }),
      /its process ran/,
    ],
    ['a body not told after a stall', body(ended(9000)).stalled(ME, 1500, 2600), /not even once/],
    [
      'a body told late after a stall',
      body(aborted(2851), ended(9000)).stalled(ME, 1500, 2600),
      /not even once its process ran again \(known: stalled \S+01\.500Z to \S+02\.600Z\)/,
    ],
    [
      'a body told of a forced release too late',
      body(aborted(2001), ended(3000)).forceRelease('a', 1300),
      /its process ran/,
    ],
    ['a body not told of a dropped table', body(ended(3000)).drop(1300), /its process ran/],
    ['a lease given back under a body', body(ended(1900)).release('a', 1500), /given back/],
    [
      'a lease given back after the signal, under a body',
      body(aborted(1400), ended(1900)).release('a', 1500),
      /given back/,
    ],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeSignals(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });
});

/** A body that started at 1000, with a lease until 2000. */
function body(...lines: ReturnType<typeof started>[]): History {
  return new History().grant('a', 1000).body('a', 1000, started(1000), ...lines);
}
