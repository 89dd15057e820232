import type { Evidence } from '../evidence.js';
import { grantKey } from './finding.js';
import { leaseTerms } from './lease-terms.js';

/**
 * Between the look at the rows for a holder and the fault there is time in which it may have given
 * its lease back: whether it was hit is told by the history of its grant.
 */
export function aims(evidence: Pick<Evidence, 'changes' | 'injected'>): {
  aimed: number;
  hit: number;
} {
  const terms = new Map(
    [...leaseTerms(evidence).values()].flat().map((term) => [grantKey(term), term]),
  );
  const aimed = evidence.injected.flatMap(({ aimedAt, from }) =>
    aimedAt ? [{ term: terms.get(grantKey(aimedAt)), from }] : [],
  );
  const hit = aimed.filter(
    ({ term, from }) => term && term.grantedAt <= from && term.end.at > from,
  );
  return { aimed: aimed.length, hit: hit.length };
}
