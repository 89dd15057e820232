import type { Change, Evidence, RowLock } from '../evidence.js';
import { DATED_MS, groupBy, instant, ROUNDING_MS, ttlMsOf, type Finding } from './finding.js';
import { histories, stepOf } from './history.js';

/** Who has waited for a row decides as soon as it is free. */
const AT_ONCE_MS = 100;

/**
 * A statement that waits for a row decides by the time at which it got it. So no grant and no renewal
 * can be of an instant at which a stranger's transaction held the row. Judged are those that were made
 * during that time, or at its end, as all are that have waited.
 */
export function judgeRowLocks(evidence: Evidence): Finding<'locks' | 'decisions'> {
  const violations: string[] = [];
  const locks = groupBy(evidence.rowLocks, ({ name }) => name);
  let waited = 0;
  let decisions = 0;
  for (const [name, history] of histories(evidence.changes)) {
    const held = locks.get(name) ?? [];
    if (held.length === 0) continue;
    for (const change of history) {
      const step = stepOf(change);
      if (step.kind !== 'grant' && step.kind !== 'extension') continue;
      decisions += 1;
      if (hasWaited(held, change)) waited += 1;
      const { acquiredAt, fence, lockedUntil } = step.after;
      const at = step.kind === 'grant' ? acquiredAt : lockedUntil - ttlMsOf(evidence, name);
      const lock = held.find(({ from, to }) => at > from + DATED_MS && at < to - DATED_MS);
      if (!lock) continue;
      const what = step.kind === 'grant' ? 'granted' : 'renewed';
      violations.push(
        `'${name}' (fence ${fence}) was ${what} by what the clock showed at ${instant(at)}, while a ` +
          `stranger held its row until ${instant(lock.to)}.`,
      );
    }
  }
  return { judged: waited, violations, figures: { locks: evidence.rowLocks.length, decisions } };
}

function hasWaited(held: readonly RowLock[], { at }: Change): boolean {
  return held.some(({ from, to }) => at > from + ROUNDING_MS && at < to + AT_ONCE_MS);
}
