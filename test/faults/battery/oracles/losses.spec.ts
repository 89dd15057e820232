import { describe, expect, it } from '@jest/globals';
import { LeaseLostError } from '../../../../lib/core/errors.js';
import { ended, History, started } from './history-builder.js';
import { judgeLosses } from './losses.js';

const A = 'a';

describe('the oracle of losses', () => {
  it('lets a holder be told of what it has lost', () => {
    const { evidence } = toldAt(2001).grant(A, 2000);
    expect(judgeLosses(evidence)).toMatchObject({ judged: 1, violations: [] });
  });

  it('finds a holder who was told so while it had its lease', () => {
    const { evidence } = toldAt(1500).release(A, 1600);
    expect(judgeLosses(evidence).violations).toHaveLength(1);
  });
});

/** By the words of the library itself, which the oracle looks for. */
function toldAt(at: number): History {
  const reason = new LeaseLostError(A, 1000, 'refused').message;
  const aborted = { what: 'aborted', at, reason } as const;
  return new History().grant(A, 1000).body(A, 1000, started(1001), aborted, ended(at + 1));
}
