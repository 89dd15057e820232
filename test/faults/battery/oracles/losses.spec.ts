import { describe, expect, it } from '@jest/globals';
import { ended, History, started } from './history-builder.js';
import { judgeLosses } from './losses.js';

const A = 'a';

describe('the oracle of losses', () => {
  it('lets a holder be told of what it has lost', () => {
    const { evidence } = toldAt(2001).grant(A, 2000);
    expect(judgeLosses(evidence)).toMatchObject({ judged: 1, violations: [] });
  });

  it('judges no loss that the holder came to know of by itself', () => {
    const { evidence } = toldAt(1800, 'deadline');
    expect(judgeLosses(evidence)).toMatchObject({
      judged: 0,
      violations: [],
      figures: { lost: 1 },
    });
  });

  it('finds a holder who was told so while it had its lease', () => {
    const { evidence } = toldAt(1500).release(A, 1600);
    expect(judgeLosses(evidence).violations).toHaveLength(1);
  });
});

function toldAt(at: number, cause = 'refused'): History {
  const lost = { what: 'lost', at, cause } as const;
  return new History().grant(A, 1000).body(A, 1000, started(1001), lost, ended(at + 1));
}
