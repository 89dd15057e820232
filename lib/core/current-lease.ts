import { AsyncLocalStorage } from 'node:async_hooks';
import { NoLeaseError } from './errors.js';
import type { HeldLease } from './held-lease.js';
import type { Lease } from './lease.js';

/** A run, and the run that it was started in. */
interface Run {
  readonly lease: HeldLease;
  /** Whose run it is: two applications in one process may use the same names. */
  readonly host: object;
  readonly outer: Run | undefined;
}

const currentRun = new AsyncLocalStorage<Run>();

/** The lease of the surrounding run; the inner one in a run inside a run. */
export function currentLease(): Lease | undefined {
  return leaseOfRun(() => true);
}

/** @throws {NoLeaseError, LeaseLostError} unless there is one, and it is held */
export function requireLease(): Lease {
  const lease = leaseOfRun(() => true);
  if (!lease) throw new NoLeaseError();
  lease.assertHeld();
  return lease;
}

/** Runs `body` under a lease. */
export function runUnder<T>(host: object, lease: HeldLease, body: () => T): T {
  return currentRun.run({ host, lease, outer: currentRun.getStore() }, body);
}

/** The lease on this name that the caller runs under already, if its run has not ended. */
export function surroundingLease(host: object, name: string): HeldLease | undefined {
  return leaseOfRun((run) => run.host === host && run.lease.name === name);
}

/** The lease on this name that the caller runs under, in whichever application. */
export function currentLeaseOn(name: string): HeldLease | undefined {
  return leaseOfRun((run) => run.lease.name === name);
}

/** What a run started and did not await goes on after it; then the run that it was started in counts. */
function leaseOfRun(fits: (run: Run) => boolean): HeldLease | undefined {
  for (let run = currentRun.getStore(); run; run = run.outer) {
    if (!run.lease.ended && fits(run)) return run.lease;
  }
  return undefined;
}
