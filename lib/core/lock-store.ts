/**
 * The port: what the algorithm needs of a database. Its verbs go over a batch, whose answers come in
 * the order of its requests, and in which a name stands once. (Two serve people and not runs, and
 * have no batch: `list` and `forceRelease`.)
 *
 * The contract, which `test/contract` holds every store to:
 *
 * - One clock decides, the store's own. No instant of the caller's is ever compared with it, but
 *   for a tick, which is a label.
 * - Each request of a batch is decided by itself, atomically, whatever else is going on.
 * - A call ends within `timeoutMs`, with answers or with a `LockStoreError` that tells whether the
 *   batch may have taken effect. A call that is cut off leaves nothing behind it that blocks others.
 * - Of that it waits for what others have locked for up to `lockWaitMs`, by default half of it.
 * - A store never speaks of an owner: not in an answer, nor in an error.
 */
export interface LockStore {
  /**
   * Grants a name iff it is *mine* or *free*.
   *
   * - Mine: this very owner holds it, unreleased. Asking again is safe then, as after a lost reply:
   *   the fence and `acquiredAt` stay, and the lease counts from now. It is never shortened: a
   *   request that was delayed may arrive when its holder has extended its lease.
   * - Free: nobody holds it now, this owner never did (else a delayed duplicate of a request would
   *   be granted to an owner who is done), and the request's tick, if it has one, is newer than the
   *   last one granted and not too far ahead. Then the fence rises.
   *
   * A refusal says who has the name, truthfully even if that was decided by a race.
   */
  acquire(
    batch: readonly AcquireRequest[],
    timeoutMs: number,
    lockWaitMs?: number,
  ): Promise<AcquireAnswer[]>;

  /**
   * Lets a lease that is held, unreleased and unexpired count from now; never shortens it. What has
   * expired stays so, even if nobody took it yet, and even if the store was waiting for a row when
   * it happened.
   */
  renew(
    batch: readonly RenewRequest[],
    timeoutMs: number,
    lockWaitMs?: number,
  ): Promise<RenewAnswer[]>;

  /**
   * Ends a lease, now or once it was held for its `holdAtLeastMs`. `lost` if it had ended before.
   * Said twice it changes nothing and answers the same.
   */
  release(
    batch: readonly ReleaseRequest[],
    timeoutMs: number,
    lockWaitMs?: number,
  ): Promise<ReleaseAnswer[]>;

  /** Reads, and locks nothing: what is known of each name, `undefined` if it was never taken. */
  inspect(names: readonly string[], timeoutMs: number): Promise<(SeenLock | undefined)[]>;

  /** Reads, and locks nothing: the names that were ever taken, in one order that does not change. */
  list(page: ListRequest, timeoutMs: number): Promise<SeenLock[]>;

  /**
   * Ends whatever grant has this very fence, now and whoever holds it, and raises the fence: so the
   * old holder's renewal is refused, and so is its fenced transaction. Said twice by one owner it
   * changes nothing and answers the same.
   */
  forceRelease(request: ForceReleaseRequest, timeoutMs: number): Promise<ForceReleaseAnswer>;

  /** Ends the store's own connections. */
  close(): Promise<void>;
}

export interface AcquireRequest {
  readonly name: string;
  readonly owner: string;
  readonly instance: string;
  readonly ttlMs: number;
  readonly tick: { readonly at: number; readonly notBeforeAt: number } | undefined;
}

export interface RenewRequest {
  readonly name: string;
  readonly owner: string;
  readonly fence: number;
  readonly ttlMs: number;
}

export interface ReleaseRequest {
  readonly name: string;
  readonly owner: string;
  /** `undefined` where the owner never learned whether it was granted anything. */
  readonly fence: number | undefined;
  readonly holdAtLeastMs: number;
}

export interface ListRequest {
  /** Begin behind this name; from the start if `undefined`. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface ForceReleaseRequest {
  readonly name: string;
  /** Not of a holder, but of this attempt, so that one can tell that it succeeded before. */
  readonly owner: string;
  /** Of the grant to end. */
  readonly fence: number;
}

export type AcquireAnswer = Grant | Refusal;

export interface Grant {
  readonly granted: true;
  readonly fence: number;
  readonly acquiredAt: number;
  readonly expiresAt: number;
}

export interface Refusal {
  readonly granted: false;
  readonly reason: 'held' | 'tick-taken' | 'hold-at-least' | 'clock-skew';
  /** Who has, or last had, the name; `undefined` if it was never taken. */
  readonly record: LockRecord | undefined;
}

export type RenewAnswer =
  { readonly renewed: true; readonly expiresAt: number } | { readonly renewed: false };

export type ReleaseAnswer = 'released' | 'lost';

export interface ForceReleaseAnswer {
  readonly released: boolean;
  /** Of the grant that was ended, else of the latest one; `undefined` if the name was never taken. */
  readonly record: LockRecord | undefined;
}

/** What may be told of a lock: all of its row but the owner. Instants are the store's. */
export interface LockRecord {
  readonly name: string;
  readonly instance: string;
  readonly fence: number;
  readonly acquiredAt: number;
  readonly lockedUntil: number;
  readonly releasedAt: number | undefined;
  readonly lastTick: number | undefined;
}

/** A record, and the store's present when it was read. */
export interface SeenLock extends LockRecord {
  readonly seenAt: number;
}

/**
 * Why a request was refused, told from the record that refused it. A record that looks free by now
 * was held when it was decided.
 */
export function refusal(
  request: AcquireRequest,
  record: LockRecord | undefined,
  nowAt: number,
): Refusal {
  return { granted: false, reason: reasonOf(request.tick, record, nowAt), record };
}

function reasonOf(
  tick: AcquireRequest['tick'],
  record: LockRecord | undefined,
  nowAt: number,
): Refusal['reason'] {
  if (tick && record?.lastTick !== undefined && record.lastTick >= tick.at) return 'tick-taken';
  if (record && record.lockedUntil > nowAt) {
    return record.releasedAt === undefined ? 'held' : 'hold-at-least';
  }
  if (tick && tick.notBeforeAt > nowAt) return 'clock-skew';
  return 'held';
}
