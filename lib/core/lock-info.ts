import type { LockRecord, SeenLock } from './lock-store.js';
import type { Holder } from './run-result.js';

/** What is known of a name that was ever taken. Its instants are the database's. */
export interface LockInfo {
  readonly name: string;
  /**
   * - `held`: a lease is valid.
   * - `hold-at-least`: its run is over, but the name stays taken until `expiresAt`.
   * - `expired`: the last holder neither renewed its lease nor gave it back. The name is free.
   * - `released`: it was given back. The name is free.
   */
  readonly state: 'held' | 'hold-at-least' | 'expired' | 'released';
  /** The label of the process that has, or last had, the name. */
  readonly instance: string;
  /** The number of the latest grant, or of the force-release that ended it. */
  readonly fence: number;
  readonly acquiredAt: Date;
  /** Until when the name is, or was, taken. */
  readonly expiresAt: Date;
  readonly releasedAt: Date | undefined;
  /** The nominal fire time of the last cron run that was granted. */
  readonly lastTick: Date | undefined;
}

export function infoOf(lock: SeenLock): LockInfo {
  const { name, instance, fence, releasedAt, lastTick } = lock;
  return {
    name,
    state: stateOf(lock),
    instance,
    fence,
    acquiredAt: new Date(lock.acquiredAt),
    expiresAt: new Date(lock.lockedUntil),
    releasedAt: releasedAt === undefined ? undefined : new Date(releasedAt),
    lastTick: lastTick === undefined ? undefined : new Date(lastTick),
  };
}

export function holderOf({ instance, fence, acquiredAt, lockedUntil }: LockRecord): Holder {
  return {
    instance,
    fence,
    acquiredAt: new Date(acquiredAt),
    expiresAt: new Date(lockedUntil),
  };
}

function stateOf({ lockedUntil, releasedAt, seenAt }: SeenLock): LockInfo['state'] {
  if (lockedUntil > seenAt) return releasedAt === undefined ? 'held' : 'hold-at-least';
  return releasedAt === undefined ? 'expired' : 'released';
}
