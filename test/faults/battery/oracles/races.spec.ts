import { describe, expect, it } from '@jest/globals';
import { History } from './history-builder.js';
import { judgeRaces } from './races.js';

const A = 'race:a';

/** A lease of A from 1000 to 2000. */
const held = (): History => new History().grant(A, 1000);
const late = (): History => new History().raced(A, 1, 2, 0, 1).raced(A, 17_000, 17_100, 0);

describe('the oracle of races', () => {
  it.each<[string, History]>([
    ['a new name', new History().raced(A, 3000, 3100, 1).grant(A, 3010)],
    ['a name that has expired', held().raced(A, 2002, 2100, 1).grant(A, 2010)],
    ['a name that was given back', held().release(A, 1500).raced(A, 1502, 1600, 1)],
    ['a name that expires meanwhile', held().raced(A, 1990, 2100, 1).grant(A, 2001)],
  ])('lets one winner pass, for %s', (_, { evidence }) => {
    expect(judgeRaces(evidence)).toMatchObject({ judged: 1, violations: [], figures: { won: 1 } });
  });

  it.each<[string, History]>([
    ['that is held', held().raced(A, 1500, 1600, 0)],
    ['after a race without an answer', new History().raced(A, 1, 2, 0, 1).raced(A, 3000, 3100, 0)],
    ['that ends about then', held().raced(A, 2000, 2100, 0)],
    ['where one had no answer', held().raced(A, 2500, 2600, 0, 1)],
  ])('lets no winner pass for a name %s', (_, { evidence }) => {
    expect(judgeRaces(evidence)).toMatchObject({ violations: [], figures: { won: 0, free: 0 } });
  });

  it.each<[string, History]>([
    ['no winner long after a race without an answer', late()],
    ['two winners of a new name', new History().raced(A, 3000, 3100, 2)],
    ['two winners, where others had no answer', new History().raced(A, 3000, 3100, 2, 9)],
    ['two winners of a name that expires', held().raced(A, 1990, 2100, 2)],
    ['no winner of a new name', new History().raced(A, 3000, 3100, 0)],
    ['no winner of a name that has expired', held().raced(A, 2002, 2100, 0)],
    ['no winner of a name that was given back', held().release(A, 1500).raced(A, 1502, 1600, 0)],
  ])('catches %s', (_, { evidence }) => {
    expect(judgeRaces(evidence).violations).toEqual([
      expect.stringMatching(/^The race for 'race:a'/),
    ]);
  });

  it.each<[string, History]>([
    ['so slow that a lease can end in it', new History().raced(A, 3000, 3800, 2)],
    ['in which the table was dropped', held().raced(A, 2500, 2600, 2).drop(2550)],
  ])('judges none %s', (_, { evidence }) => {
    expect(judgeRaces(evidence)).toMatchObject({ judged: 0, violations: [], figures: { slow: 1 } });
  });
});
