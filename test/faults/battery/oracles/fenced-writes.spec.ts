import { describe, expect, it } from '@jest/globals';
import { judgeFencedWrites } from './fenced-writes.js';
import { History, wrote } from './history-builder.js';

describe('the oracle of fenced writes (P3)', () => {
  it('lets writes pass until the newer grant, and in its very transaction', () => {
    const { evidence } = history().fencedWrite('a', 1000).counter('a', 'fenced', 2);
    const [grant, ...writes] = evidence.commits;
    const newer = { ...grant!, fence: 2000, position: 2 };
    const changes = history().grant('a', 2000).evidence.changes;
    const commits = [newer, grant!, ...writes];
    expect(judgeFencedWrites({ ...evidence, changes, commits })).toMatchObject({
      violations: [],
      figures: { fencedWrites: 2 },
    });
  });

  it('takes other names for what they are', () => {
    const { evidence } = history()
      .grant('b', 2000)
      .fencedWrite('a', 1000)
      .counter('a', 'fenced', 2);
    expect(judgeFencedWrites(evidence).violations).toEqual([]);
  });

  it('judges what was committed after the end of its lease, and refused after a newer grant', () => {
    const { evidence } = history()
      .body('a', 1000, wrote('fenced', 1999), wrote('fenced', 2001))
      .grant('a', 2500)
      .fencedWrite('a', 2500)
      .counter('a', 'fenced', 2)
      .body('a', 1000, wrote('fenced', 2501, 'lost'))
      .body('a', 2500, wrote('fenced', 2600))
      .release('a', 2700)
      .body('a', 2500, wrote('fenced', 2800));
    expect(judgeFencedWrites(evidence)).toMatchObject({
      judged: 2,
      violations: [],
      figures: { fencedWrites: 2, refusedLate: 1, outlived: 1 },
    });
  });

  it.each<[string, History]>([
    ['wrote late', history().grant('a', 2000)],
    [
      'was refused before somebody else had the name',
      history()
        .body('a', 1000, wrote('fenced', 1999, 'lost'))
        .grant('a', 2000),
    ],
    [
      'was refused, as the database was away',
      history()
        .grant('a', 2000)
        .body('a', 1000, wrote('fenced', 2001, 'failed')),
    ],
  ])('has nothing to judge where nobody %s', (_, made) => {
    const { evidence } = made.counter('a', 'fenced', 1);
    expect(judgeFencedWrites(evidence)).toMatchObject({ judged: 0, violations: [] });
  });

  it('counts what is lost without a fence, and condemns nothing of it', () => {
    const { evidence } = history()
      .counter('a', 'fenced', 1)
      .counter('a', 'unfenced', 3, 5)
      .grant('a', 2000)
      .body(
        'a',
        1000,
        wrote('unfenced', 1999),
        wrote('unfenced', 2001),
        wrote('fenced', 2002, 'lost'),
      )
      .body('a', 1000, wrote('unfenced', 2003, 'failed'));
    const { figures, violations } = judgeFencedWrites(evidence);
    expect(violations).toEqual([]);
    expect(figures).toEqual({
      fencedWrites: 1,
      fencedLosses: 1,
      refusedLate: 1,
      outlived: 0,
      unfencedWrites: 5,
      unfencedLost: 2,
      superseded: 1,
    });
  });

  it.each<[string, History, RegExp]>([
    [
      'a write after a newer grant',
      history().grant('a', 2000).fencedWrite('a', 1000).counter('a', 'fenced', 2),
      /after the grant with fence 2000/,
    ],
    [
      'a write after a newer grant that wrote as well',
      history()
        .grant('a', 2000)
        .fencedWrite('a', 2000)
        .fencedWrite('a', 1000)
        .counter('a', 'fenced', 3),
      /after the grant with fence 2000/,
    ],
    [
      'a fence that nobody was granted',
      history().fencedWrite('a', 1500).counter('a', 'fenced', 2),
      /never granted/,
    ],
    ['a lost update', history().counter('a', 'fenced', 0, 1), /shows 0 after 1 writes/],
    ['a write without its commit', history().counter('a', 'fenced', 2), /2 writes of 1 commits/],
    ['a commit without its counter', history(), /no counter/],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeFencedWrites(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });

  it('catches a grant of which nobody knows when it was committed', () => {
    const { evidence } = history().counter('a', 'fenced', 1);
    const commits = evidence.commits.filter(({ what }) => what !== 'grant');
    expect(judgeFencedWrites({ ...evidence, commits }).violations).toEqual([
      expect.stringMatching(/not known/),
    ]);
  });
});

/** A grant at 1000, and a write under it. */
function history(): History {
  return new History().grant('a', 1000).fencedWrite('a', 1000);
}
