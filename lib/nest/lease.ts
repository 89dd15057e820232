import type { EntityManager } from 'typeorm';
import * as core from '../core/current-lease.js';
import type { Lease as AnyLease } from '../core/lease.js';

/**
 * One grant of a name to one holder, valid until `expiresAt` on the database's clock.
 *
 * @example
 * await using lease = await locks.acquire('report', '5m');
 * if (!lease) return;                       // somebody else has it
 * await fetch(url, { signal: lease.signal });
 */
export type Lease = AnyLease<EntityManager>;

/**
 * The lease of the surrounding run, or `undefined` outside of one. In a run inside a run it is the
 * inner one.
 *
 * @example
 * await fetch(url, { signal: currentLease()?.signal });
 */
export function currentLease(): Lease | undefined {
  return core.currentLease();
}

/**
 * The lease of the surrounding run, for code that must not run without one.
 *
 * @throws {NoLeaseError} outside of a run, or after its end
 * @throws {LeaseLostError} if the lease is lost
 *
 * @example
 * await requireLease().transaction((manager) => manager.save(order));
 */
export function requireLease(): Lease {
  return core.requireLease();
}
