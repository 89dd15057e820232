import type { Evidence } from '../evidence.js';
import { type Finding, grantKey, instant } from './finding.js';
import { histories, stepOf } from './history.js';

/**
 * P2: the fences of a name rise with each grant, whatever became of its row in between. A forced
 * release raises it too, or the fenced transactions of whom it was taken from would pass.
 */
export function judgeFences(evidence: Evidence): Finding<'fences'> {
  const violations: string[] = [];
  let fences = 0;
  for (const [name, history] of histories(evidence.changes)) {
    let highest = -Infinity;
    for (const change of history) {
      const step = stepOf(change);
      if (step.kind !== 'grant' && step.kind !== 'force-release') continue;
      const { fence } = step.after;
      fences += 1;
      if (fence <= highest) {
        const by = step.kind === 'grant' ? 'a grant' : 'a forced release';
        violations.push(
          `${grantKey({ name, fence })} at ${instant(change.at)}: by ${by}, where ${highest} had been`,
        );
      }
      highest = Math.max(highest, fence);
    }
  }
  return { judged: fences, violations, figures: { fences } };
}
