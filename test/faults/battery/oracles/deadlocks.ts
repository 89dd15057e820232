import type { Deadlock, Evidence, Injected } from '../evidence.js';
import { groupBy, instant, type Finding } from './finding.js';

/** The server's own log comes to us a little later. */
const TOLD_MS = 1000;

/**
 * All instances lock rows in one order, so the server never has to end one of two that wait for each
 * other. But where a database fault rolls back the insert of a new name, or the end of a connection
 * does, InnoDB leaves to each of those who waited for that row a lock of its gap, and so ends all but
 * one of them, whatever they would insert it by.
 */
export function judgeDeadlocks({
  cuts,
  deadlocks = [],
  injected,
  journal,
}: Pick<Evidence, 'cuts' | 'deadlocks' | 'injected' | 'journal'>): Finding<
  'deadlocks' | 'rolledBack'
> {
  const faults = [
    ...injected.filter(({ on }) => on === 'database'),
    ...cuts.map(({ at }) => ({ from: at, to: at })),
  ];
  const unexplained = deadlocks.filter(
    (deadlock) => !(isDuring(faults, deadlock) && isForOneGap(deadlock)),
  );
  return {
    judged: meetings(journal),
    violations: unexplained.map(({ at }) => `The server met a deadlock at ${instant(at)}.`),
    figures: {
      deadlocks: deadlocks.length,
      rolledBack: deadlocks.length - unexplained.length,
    },
  };
}

/** How many calls of a batch asked for a name while one of another instance did. */
function meetings(journal: Evidence['journal']): number {
  const ofBatches = journal
    .filter((line) => line.what === 'told')
    .filter(({ name }) => name.startsWith('batch:'));
  let met = 0;
  for (const calls of groupBy(ofBatches, ({ name }) => name).values()) {
    let open: typeof calls = [];
    for (const call of calls.toSorted((a, b) => a.since - b.since)) {
      open = open.filter(({ at }) => at > call.since);
      if (open.some(({ instance }) => instance !== call.instance)) met += 1;
      open.push(call);
    }
  }
  return met;
}

function isDuring(faults: readonly Pick<Injected, 'from' | 'to'>[], { at }: Deadlock): boolean {
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
