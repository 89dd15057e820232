import { describe, expect, it } from '@jest/globals';
import { judgeFences } from './fences.js';
import { History } from './history-builder.js';

describe('the oracle of fences (P2)', () => {
  it('lets fences rise over releases, expiry, force and a table that is dropped', () => {
    const { evidence } = history()
      .renew('a', 1500)
      .release('a', 1600)
      .grant('a', 1600)
      .grant('a', 2600)
      .forceRelease('a', 2700)
      .grant('a', 2701)
      .drop(2800)
      .grant('a', 2900)
      .grant('b', 1000);
    const { judged, violations } = judgeFences(evidence);
    expect(violations).toEqual([]);
    expect(judged).toBe(7);
  });

  it.each<[string, History]>([
    ['a fence given twice', history().delete('a', 1100).grant('a', 1200, { fence: 1000 })],
    ['a fence that falls', history().grant('a', 2000, { fence: 999 })],
    ['a fence set back by a release', history().forceRelease('a', 1100, { fence: 0 })],
    ['a fence that falls with the table', history().drop(1100).grant('a', 1200, { fence: 1 })],
    ['a fence given again by a new table', history().drop(1100).grant('a', 1200, { fence: 1000 })],
    [
      'a fence given again after a deletion',
      history().delete('a', 1100).grant('a', 1200, { fence: 7 }),
    ],
    [
      'a fence that falls after one was forced',
      history().forceRelease('a', 1100).grant('a', 1200, { fence: 1050 }),
    ],
  ])('catches %s', (_, { evidence }) => {
    expect(judgeFences(evidence).violations).toHaveLength(1);
  });
});

function history(): History {
  return new History().grant('a', 1000);
}
