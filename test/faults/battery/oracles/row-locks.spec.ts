import { describe, expect, it } from '@jest/globals';
import { History } from './history-builder.js';
import { judgeRowLocks } from './row-locks.js';

const A = 'a';

describe('the oracle of row locks', () => {
  it.each<[string, History]>([
    ['granted once the stranger had gone', locked().grant(A, 2500)],
    ['granted before the stranger came', locked().grant(A, 1000)],
    ['granted as the stranger went, by a clock that is dated late', locked().grant(A, 2390)],
    ['another name', locked().grant('b', 2000)],
  ])('lets pass a name that was %s', (_, { evidence }) => {
    expect(judgeRowLocks(evidence).violations).toEqual([]);
  });

  it('judges what has waited, and neither what came before nor what came long after', () => {
    const { evidence } = locked().grant(A, 1000).grant(A, 2450).grant(A, 2600).grant('b', 2450);
    const { figures, judged } = judgeRowLocks(evidence);
    expect({ figures, judged }).toEqual({ judged: 1, figures: { locks: 1, decisions: 3 } });
  });

  it.each<[string, History]>([
    ['a grant', locked().grant(A, 2000, {}, 2500)],
    ['a renewal', new History().rowLock(A, 1500, 2400).grant(A, 1000).renew(A, 1600, 2500)],
  ])('finds %s by an instant before its statement got the row', (_, { evidence }) => {
    expect(judgeRowLocks(evidence).violations).toHaveLength(1);
  });
});

function locked(): History {
  return new History().rowLock(A, 1500, 2400);
}
