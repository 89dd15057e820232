import { describe, expect, it } from '@jest/globals';
import { ended, History, started, wrote } from './history-builder.js';
import { judgeOutcomes } from './outcomes.js';

/** To whom the second grant was made. */
const OTHER = 'on-2000';

describe('the oracle of outcomes', () => {
  it('lets pass what was told as it was', () => {
    const { evidence } = history()
      .fencedWrite('a', 1000)
      .fencedWrite('a', 1000)
      .body('a', 1000, wrote('fenced', 1100), wrote('fenced', 1200), wrote('fenced', 1300, 'lost'))
      .body('a', 1000, wrote('unfenced', 1400), ended(1500));
    expect(judgeOutcomes(evidence)).toMatchObject({ judged: 1, violations: [] });
  });

  it('counts the grants that nobody learned of', () => {
    const { evidence } = history()
      .grant('a', 2000)
      .failed('a', 'on-2000', 1990, 2500)
      .grant('a', 3000)
      .renew('a', 3900)
      .renew('a', 4950)
      .failed('a', 'on-3000', 2990, 5000);
    const { figures, violations } = judgeOutcomes(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ started: 1, unknownGrants: 2, unknownExtended: 1 });
  });

  it.each<[string, string, History]>([
    ['was told of a failure', 'failed', bodiless().failed('a', OTHER, 1990, 2100)],
    ['had just given up', 'failed', bodiless().failed('a', OTHER, 1000, 1750)],
    [
      'had given up before, while it had a trouble',
      'failed',
      bodiless().failed('a', OTHER, 1000, 1100).cut(OTHER, 1050),
    ],
    ['was closing', 'failed', bodiless().told('a', OTHER, 1990, 2001, 'closing')],
    ['was told that it had run out before its body could begin', 'failed', ranOut()],
    ['died', 'died', bodiless().death(OTHER, 2005)],
    [
      'had no reply while it had the name, and was refused it then',
      'disturbed',
      bodiless().cut(OTHER, 2100).told('a', OTHER, 1990, 3100, 'held'),
    ],
    [
      'had no reply of a database that went down, and was refused the name then',
      'disturbed',
      bodiless()
        .fault('server restarts, fast', 2001, 2900)
        .told('a', OTHER, 1990, 3100, 'tick-taken'),
    ],
    [
      'had its reply late, by which somebody else had the name',
      'disturbed',
      bodiless()
        .fault('replies delayed', 2001, 3100, { instance: OTHER })
        .told('a', OTHER, 1990, 3110, 'held'),
    ],
    [
      'lost it by force before it was told of it',
      'disturbed',
      bodiless().forceRelease('a', 2001).told('a', OTHER, 1990, 2002, 'held'),
    ],
    [
      'did not run while it had the name',
      'stalled',
      bodiless().stalled(OTHER, 2900, 3050).told('a', OTHER, 1990, 3100, 'held'),
    ],
    [
      'raced, and did not run while it had the name',
      'stalled',
      history()
        .grant('a', 2000, { instance: 'racers' })
        .stalled('racers', 2001, 3050)
        .raced('a', 1990, 3100, 0),
    ],
  ])('lets a grant be without a body whose caller %s', (_, why, { evidence }) => {
    const { figures, violations } = judgeOutcomes(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ unknownGrants: 1, [`unknown, ${why}`]: 1 });
  });

  it.each<[string, History]>([
    ['for no reason at all', bodiless()],
    [
      'whose caller was told that the name is held',
      bodiless().told('a', OTHER, 1990, 2001, 'held'),
    ],
    ['to another one than was told of a failure', bodiless().failed('a', 'third', 1990, 2100)],
    ['of another name than a failure', bodiless().failed('b', OTHER, 1990, 2100)],
    ['after a failure', bodiless().failed('a', OTHER, 1000, 1650)],
    ['long after a failure', bodiless().failed('a', OTHER, -3200, -3100).cut(OTHER, -3150)],
    ['before a call that failed', bodiless().failed('a', OTHER, 2100, 2200)],
    ['though its caller was told that another one had run out', ranOut({ fence: 1000 })],
    ['though it ran out only after its caller was told so', ranOut({ at: 2101 })],
    ['though it was lost by a refusal', ranOut({ cause: 'refused' })],
    ['long before a death', bodiless().death(OTHER, 19_000)],
    [
      'whose caller asked on, and had lost no connection',
      bodiless()
        .fault('replies delayed', 1900, 2900, { instance: 'third' })
        .fault('pool saturated', 1900, 2900, { instance: OTHER, harmless: true })
        .cut('third', 2100)
        .told('a', OTHER, 1990, 3100, 'held'),
    ],
    [
      'whose caller had lost a connection long before',
      bodiless().cut(OTHER, -3100).told('a', OTHER, 1990, 3100, 'held'),
    ],
    [
      'whose caller had stalled before',
      bodiless().stalled(OTHER, 1500, 1999).told('a', OTHER, 1990, 3100, 'held'),
    ],
    [
      'whose caller stalled, and was refused before that',
      bodiless().stalled(OTHER, 2010, 3050).told('a', OTHER, 1990, 2005, 'held'),
    ],
    [
      'whose caller was refused while it had the name',
      bodiless().cut(OTHER, 2100).told('a', OTHER, 1990, 2900, 'held'),
    ],
  ])('catches a grant without a body, %s', (_, { evidence }) => {
    expect(judgeOutcomes(evidence).violations).toEqual([
      expect.stringMatching(/fence 2000.*no body ever had it/),
    ]);
  });

  it('settles by the row what a failed write did', () => {
    const { evidence } = history()
      .fencedWrite('a', 1000)
      .body('a', 1000, wrote('fenced', 1100, 'failed'), wrote('fenced', 1200, 'failed'));
    const { figures, violations } = judgeOutcomes(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ unknownWrites: 2, unknownCommitted: 1 });
  });

  it('lets a write be without its line where its process died', () => {
    const { evidence } = history().fencedWrite('a', 1000).death('on-1000', 1200);
    const { figures, violations } = judgeOutcomes(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ unknownCommitted: 1 });
  });

  it.each<[string, History, RegExp]>([
    ['a body without a grant', history().body('a', 1500, started(1500)), /never had such a grant/],
    [
      'a body before its grant',
      history().grant('a', 2000).body('a', 2000, started(1979)),
      /before its grant/,
    ],
    [
      'a body of a grant to another',
      new History().grant('a', 1000, { instance: 'other' }).body('a', 1000, started(1000)),
      /the grant was other's/,
    ],
    [
      'a grant made twice',
      history().delete('a', 3000).grant('a', 3000, { fence: 1000 }),
      /2 times/,
    ],
    ['a grant that nobody has, and somebody renews', forgotten(), /which no body ever had/],
    [
      'a write that never was',
      history().body('a', 1000, wrote('fenced', 1100)),
      /told committed, of 0/,
    ],
    [
      'a write that was told to be lost',
      history()
        .fencedWrite('a', 1000)
        .body('a', 1000, wrote('fenced', 1100, 'lost')),
      /1 fenced writes.*0 were told/,
    ],
    [
      'a write that was told of nowhere',
      history().fencedWrite('a', 1000).body('a', 1000, ended(1100)).death('on-1000', 1200),
      /1 fenced writes.*0 were told/,
    ],
    [
      'two writes of which the dead could make one',
      history().fencedWrite('a', 1000).fencedWrite('a', 1000).death('on-1000', 1200),
      /2 fenced writes.*1 were told/,
    ],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeOutcomes(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });
});

function history(): History {
  return new History().grant('a', 1000).body('a', 1000, started(1000));
}

/** A second grant, of which no body is known. */
function bodiless(): History {
  return history().grant('a', 2000);
}

/** Its reply came when four fifths of its ttl were over. */
function ranOut(differently: { at?: number; cause?: string; fence?: number } = {}): History {
  const lost = { at: 2090, cause: 'deadline', fence: 2000, ...differently };
  const told = {
    since: 1190,
    at: 2100,
    waitMs: 0,
    outcome: 'failed',
    reason: 'LeaseLostError',
  } as const;
  return bodiless().journal({ what: 'lost', instance: OTHER, name: 'a', ...lost }, {
    what: 'told',
    instance: OTHER,
    name: 'a',
    ...told,
  } as const);
}

function forgotten(): History {
  const renewed = bodiless().failed('a', OTHER, 1990, 2100);
  for (let at = 2900; at < 20_000; at += 900) renewed.renew('a', at);
  return renewed;
}
