import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, instant, ttlMsOf } from './finding.js';
import { isClosing, isFailure } from './told.js';
import { Troubles } from './troubles.js';

/** What was lost, or could not be asked, before a trouble has ended shows for so many ttls after it. */
const AFTER_TTLS = 2;

/**
 * Who renews in time loses no lease to its own deadline, and who asks a database that is there is
 * answered: so each such loss, and each call that failed, needs a trouble of its instance.
 */
export function judgeNeedless(evidence: Evidence): Finding<'deadlines' | 'failures'> {
  const troubles = new Troubles(evidence);
  const afterMs = AFTER_TTLS * evidence.ttls.jobsMs;
  const violations: string[] = [];
  const figures = { deadlines: 0, failures: 0 };
  for (const line of evidence.journal) {
    const { at, instance } = line;
    if (line.what === 'lost' && line.cause === 'deadline') {
      figures.deadlines += 1;
      if (troubles.of(instance, at - ttlMsOf(evidence, line.name) - afterMs, at)) continue;
      violations.push(`${instance} lost ${grantKey(line)} at ${instant(at)}, without a trouble.`);
    }
    if (line.what === 'told' && isFailure(line) && !isClosing(line)) {
      figures.failures += 1;
      if (troubles.of(instance, line.since - afterMs, at)) continue;
      violations.push(
        `${instance} asked for '${line.name}' from ${instant(line.since)} until ${instant(at)} ` +
          `and was told '${line.reason}', without a trouble.`,
      );
    }
  }
  return { judged: figures.deadlines + figures.failures, violations, figures };
}
