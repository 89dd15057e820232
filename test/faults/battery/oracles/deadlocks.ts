import type { Deadlock, Evidence, Injected } from '../evidence.js';
import { instant, type Finding } from './finding.js';

/** The server's own log comes to us a little later. */
const TOLD_MS = 1000;

/**
 * All instances lock rows in one order, so the server never has to end one of two that wait for each
 * other. But where a database fault rolls back the insert of a new name, InnoDB leaves to each of
 * those who waited for that row a lock of its gap, and so ends all but one of them, whatever they
 * would insert it by.
 */
export function judgeDeadlocks({
  changes,
  deadlocks = [],
  injected,
}: Pick<Evidence, 'changes' | 'deadlocks' | 'injected'>): Finding<'deadlocks' | 'rolledBack'> {
  const faults = injected.filter(({ on }) => on === 'database');
  const unexplained = deadlocks.filter(
    (deadlock) => !(isDuring(faults, deadlock) && isForOneGap(deadlock)),
  );
  return {
    judged: changes.length,
    violations: unexplained.map(({ at }) => `The server met a deadlock at ${instant(at)}.`),
    figures: {
      deadlocks: deadlocks.length,
      rolledBack: deadlocks.length - unexplained.length,
    },
  };
}

function isDuring(faults: readonly Injected[], { at }: Deadlock): boolean {
  return faults.some(({ from, to }) => from < at && at < to + TOLD_MS);
}

/** Whether all that met were about to insert the same name, and waited for nothing else. */
function isForOneGap({ text }: Deadlock): boolean {
  const met = text.match(/^\*\*\* \(\d+\) TRANSACTION:/gm)?.length ?? 0;
  const names = [...text.matchAll(/^INSERT INTO .*\n.*\nVALUES \('([^']+)'/gm)].map(
    ([, key]) => key,
  );
  const waits = [...text.matchAll(/WAITING FOR THIS LOCK TO BE GRANTED:\n+(RECORD LOCKS .*)/g)];
  return (
    met > 1 &&
    names.length === met &&
    waits.length === met &&
    new Set(names).size === 1 &&
    waits.every(([, lock]) => lock!.endsWith('insert intention waiting'))
  );
}
