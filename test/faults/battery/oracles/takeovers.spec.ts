import { describe, expect, it } from '@jest/globals';
import { History } from './history-builder.js';
import { judgeTakeovers } from './takeovers.js';

describe('the oracle of takeovers (P4)', () => {
  it('measures from the death to the next grant', () => {
    const { evidence } = history()
      .death('on-1000', 1400)
      .grant('cron:a', 2010)
      .death('on-2010', 2500)
      .grant('cron:a', 3100)
      .death('on-3100', 3100)
      .grant('cron:a', 4200)
      .grant('b', 1000, { instance: 'on-3100' })
      .release('b', 1100);
    expect(judgeTakeovers(evidence)).toEqual({
      judged: 3,
      violations: [],
      figures: {
        deaths: 3,
        left: 3,
        inFlight: 0,
        longestLeftMs: 1000,
        takeovers: 3,
        excluded: 0,
        slowestMs: 1100,
        medianMs: 610,
      },
    });
  });

  it('lets a renewal that was on its way count from when it was carried out', () => {
    const { evidence } = history()
      .death('on-1000', 1400)
      .renew('cron:a', 1900)
      .grant('cron:a', 2900);
    const { figures, violations } = judgeTakeovers(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ inFlight: 1, longestLeftMs: 1500, slowestMs: 1500 });
  });

  it('lets a lease end a ttl later, and the millisecond by which clocks are rounded', () => {
    const { evidence } = new History()
      .grant('cron:a', 1000, { lockedUntil: 2401 })
      .death('on-1000', 1400);
    expect(judgeTakeovers(evidence)).toMatchObject({ violations: [], figures: { inFlight: 0 } });
  });

  it('lets a renewal be on its way that was carried out as its instance died', () => {
    const { evidence } = history().renew('cron:a', 1402, 1400).death('on-1000', 1400);
    expect(judgeTakeovers(evidence)).toMatchObject({ violations: [], figures: { inFlight: 1 } });
  });

  it.each<[string, History]>([
    [
      'in an outage',
      history().death('on-1000', 1400).fault('restart', 1300, 1500).grant('cron:a', 2000),
    ],
    [
      'without a holder',
      history().release('cron:a', 1200).death('on-1000', 1400).grant('cron:a', 2000),
    ],
    ['after an expiry', history().death('on-1000', 2000).grant('cron:a', 2100)],
    [
      'with a release on its way',
      history().death('on-1000', 1400).release('cron:a', 1401).grant('cron:a', 1500),
    ],
    [
      'of whom the lease was taken',
      history().death('on-1000', 1400).forceRelease('cron:a', 1500).grant('cron:a', 1600),
    ],
    ['with the table', history().death('on-1000', 1400).drop(1500).grant('cron:a', 1600)],
    ['that was announced', history().death('on-1000', 1400, 'SIGTERM').grant('cron:a', 2000)],
    [
      'that only a request of the dead followed',
      history().death('on-1000', 1400).grant('cron:a', 2000, { instance: 'on-1000' }),
    ],
    ['that nobody followed before the evidence ended', history().death('on-1000', 1400)],
    ['with a name that nobody asks for', left('race:1').grant('race:1', 99_000)],
    ['whose name only a failed call asked for', left('job:1').failed('job:1', 'b', 2100, 9000)],
    [
      'whose name only one asked for that closed',
      left('job:1').told('job:1', 'b', 2100, 9000, 'closing'),
    ],
    ['whose name others asked for before', left('job:1').told('job:1', 'b', 1999, 9000, 'held')],
    [
      'whose name only an instance asked for that was in trouble',
      left('job:1')
        .told('job:1', 'b', 2100, 9000, 'held')
        .fault('network silent', 3000, 4000, { instance: 'b' }),
    ],
    ['shortly before the evidence ended', asked(left('cron:a'), 3999)],
    ['in an outage that goes on', asked(left('cron:a').fault('restart', 3000, 9000), 9000)],
    ['with a row that is locked', asked(left('cron:a').rowLock('cron:a', 1900, 3000), 9000)],
  ])('judges no death %s', (_, { evidence }) => {
    expect(judgeTakeovers(evidence)).toMatchObject({ judged: 0, violations: [] });
  });

  it('judges no death where one lock is for all, and nobody could write', () => {
    const { evidence } = left('cron:a').grant('b', 2900).grant('b', 3900).grant('cron:a', 4001);
    expect(judgeTakeovers({ ...evidence, deadlocks: undefined }).judged).toBe(0);
    expect(judgeTakeovers(evidence).violations).toHaveLength(1);
    const lively = left('cron:a');
    for (let at = 1500; at < 4001; at += 500) lively.grant('b', at);
    const of = { ...lively.grant('cron:a', 4001).evidence, deadlocks: undefined };
    expect(judgeTakeovers(of).violations).toHaveLength(1);
  });

  it('judges a death beside an outage, and beside what was done to another instance', () => {
    const { evidence } = history()
      .fault('restart', 1000, 1400)
      .fault('SIGSTOP', 1500, 1600, { instance: 'other' })
      .death('on-1000', 1400)
      .grant('cron:a', 2000)
      .fault('restart', 2000, 2500);
    expect(judgeTakeovers(evidence).judged).toBe(1);
  });

  it.each<[string, History]>([
    ['a cron within 2 s', asked(left('cron:a').grant('cron:a', 4000), 9000)],
    [
      'a job that nobody called for long',
      left('job:1').told('job:1', 'b', 20_000, 22_500).grant('job:1', 22_000),
    ],
    ['the last name before the evidence ended', left('cron:a').grant('cron:a', 3900)],
    [
      'a name whose batch waited for the row of another',
      left('cron:a').rowLock('other', 3900, 5900).grant('cron:a', 6500),
    ],
  ])('lets others take over %s', (_, { evidence }) => {
    expect(judgeTakeovers(evidence)).toMatchObject({
      judged: 1,
      violations: [],
      figures: { excluded: 0 },
    });
  });

  it('says how many of those that were left it does not judge', () => {
    const { evidence } = left('job:1')
      .grant('cron:a', 1000, { instance: 'on-1000' })
      .grant('cron:a', 2100);
    expect(judgeTakeovers(evidence).figures).toMatchObject({ left: 2, takeovers: 1, excluded: 1 });
  });

  it.each<[string, History, RegExp]>([
    ['a cron that nobody gets', asked(left('cron:a'), 4000), /again not at all/],
    [
      'a job that nobody gets',
      asked(left('job:1').told('job:1', 'b', 2100, 2200, 'held'), 4100),
      /again not at all/,
    ],
    ['a cron that comes late', left('cron:a').grant('cron:a', 4001), /not before/],
    [
      'a name that its batch kept for longer than a statement',
      left('cron:a').rowLock('other', 3900, 5900).grant('cron:a', 6501),
      /not before/,
    ],
    [
      'one that is late though the other row was locked afterwards',
      left('cron:a').rowLock('other', 4000, 5900).grant('cron:a', 4001),
      /not before/,
    ],
    [
      'a name of a batch that comes late',
      left('batch:1').told('batch:1', 'b', 2000, 4002).grant('batch:1', 4001),
      /not before/,
    ],
    [
      'one that is late before an outage',
      asked(left('cron:a').fault('restart', 6000, 7000).grant('cron:a', 8000), 8000),
      /not before/,
    ],
    [
      'a lease of more than a ttl',
      new History().grant('cron:a', 1000, { lockedUntil: 2402 }).death('on-1000', 1400),
      /nothing was on its way/,
    ],
    [
      'a renewal of more than a ttl',
      history().change('cron:a', 1300, { lockedUntil: 2500 }).death('on-1000', 1400),
      /nothing was on its way/,
    ],
    [
      'the renewals of one who is dead',
      history().death('on-1000', 1400).renew('cron:a', 1900).renew('cron:a', 2402),
      /more than any renewal/,
    ],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeTakeovers(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });
});

function history(): History {
  return new History().grant('cron:a', 1000);
}

/** A name that was granted until 2000, and whose holder is dead. */
function left(name: string): History {
  return new History().grant(name, 1000).death('on-1000', 1400);
}

/** Somebody was told something as late as that. */
function asked(made: History, at: number): History {
  return made.told('other', 'alive', at - 1, at, 'held');
}
