import { describe, expect, it } from '@jest/globals';
import { ended, History, started, wrote } from './history-builder.js';
import { judgeOutcomes } from './outcomes.js';

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
      .grant('a', 3000)
      .renew('a', 3900)
      .renew('a', 4950);
    const { figures, violations } = judgeOutcomes(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ started: 1, unknownGrants: 2, unknownExtended: 1 });
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
      history().grant('a', 2000).body('a', 2000, started(1997)),
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

function forgotten(): History {
  const renewed = history().grant('a', 2000);
  for (let at = 2900; at < 14_000; at += 900) renewed.renew('a', at);
  return renewed;
}
