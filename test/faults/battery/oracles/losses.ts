import type { Evidence } from '../evidence.js';
import { DATED_MS, grantKey, instant, type Finding } from './finding.js';
import { leaseTerms } from './lease-terms.js';

/** A holder whom the database told that its lease is lost had lost it by then. */
export function judgeLosses(evidence: Evidence): Finding<'lost'> {
  const terms = new Map(
    [...leaseTerms(evidence).values()].flat().map((term) => [grantKey(term), term]),
  );
  const lost = evidence.journal.filter((line) => line.what === 'lost');
  const refused = lost.filter(({ cause }) => cause === 'refused');
  const violations = refused.flatMap(({ at, fence, instance, name }) => {
    const end = terms.get(grantKey({ name, fence }))?.end;
    if (!end || end.at <= at + DATED_MS) return [];
    return `${instance} was told at ${instant(at)} that '${name}' (fence ${fence}) was lost, which ended at ${instant(end.at)}.`;
  });
  return { judged: refused.length, violations, figures: { lost: lost.length } };
}
