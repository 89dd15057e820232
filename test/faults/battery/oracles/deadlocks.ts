import type { Evidence } from '../evidence.js';
import type { Finding } from './finding.js';

/** All instances lock rows in one order, so the server never has to end one of two that wait for each other. */
export function judgeDeadlocks(
  changes: Evidence['changes'],
  deadlocks: number,
): Finding<'deadlocks'> {
  const violations = deadlocks > 0 ? [`The server met ${deadlocks} deadlocks.`] : [];
  return { judged: changes.length, violations, figures: { deadlocks } };
}
