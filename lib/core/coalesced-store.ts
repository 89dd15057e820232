import type { Clock } from './clock.js';
import { Coalescer, Lane, type Answered } from './coalescer.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  ListRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  SeenLock,
} from './lock-store.js';

/** No statement of ours takes seconds: one that does has met a dead connection. */
const CALL_TIMEOUT_MS = 5_000;

/**
 * What was refused, perhaps for waiting in vain, must not wait as long again: others are behind it.
 * A row that is merely in use is free again sooner, and what is refused is asked for once more.
 */
const SUSPECT_LOCK_WAIT_MS = 100;

/** Less than a healthy round trip would cut connections that are well. */
const SHORTEST_TIMEOUT_MS = 50;

/**
 * The port as the algorithm sees it, one request at a time; what is asked in one turn of the event
 * loop goes out as one batch.
 *
 * Acquires and releases can wait for rows that others have locked, and no renewal must wait for
 * them: so renewals have a lane, and with it a connection, of their own. One that hangs is cut off
 * in time for another try before the nearest deadline of a holder.
 */
export class CoalescedStore {
  readonly #store: LockStore;
  readonly #requests = new Lane();
  readonly #acquire: Coalescer<AcquireRequest, AcquireAnswer>;
  readonly #renew: Coalescer<RenewRequest, RenewAnswer>;
  readonly #release: Coalescer<ReleaseRequest, ReleaseAnswer>;

  constructor(clock: Clock, store: LockStore, nearestDeadlineMs: () => number) {
    this.#store = store;
    const renewals = new Lane();
    const renewalMs = (): number =>
      Math.max(SHORTEST_TIMEOUT_MS, Math.floor(nearestDeadlineMs() / 2));
    this.#acquire = new Coalescer(clock, this.#requests, (batch, isSuspect) =>
      store.acquire(batch, ...patience(isSuspect)),
    );
    this.#release = new Coalescer(clock, this.#requests, (batch, isSuspect) =>
      store.release(batch, ...patience(isSuspect)),
    );
    this.#renew = new Coalescer(clock, renewals, (batch, isSuspect) =>
      store.renew(batch, ...patience(isSuspect, renewalMs())),
    );
  }

  /** @param check is called when the request is about to leave: what it throws ends the call instead */
  acquire(request: AcquireRequest, check: () => void): Promise<Answered<AcquireAnswer>> {
    return this.#acquire.call(request, check);
  }

  renew(request: RenewRequest): Promise<Answered<RenewAnswer>> {
    return this.#renew.call(request);
  }

  async release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    const { answer } = await this.#release.call(request);
    return answer;
  }

  inspect(names: readonly string[]): Promise<(SeenLock | undefined)[]> {
    return this.#requests.run(() => this.#store.inspect(names, CALL_TIMEOUT_MS));
  }

  list(page: ListRequest): Promise<SeenLock[]> {
    return this.#requests.run(() => this.#store.list(page, CALL_TIMEOUT_MS));
  }

  forceRelease(request: ForceReleaseRequest): Promise<ForceReleaseAnswer> {
    return this.#requests.run(() => this.#store.forceRelease(request, CALL_TIMEOUT_MS));
  }
}

function patience(isSuspect: boolean, mostMs = Infinity): [timeoutMs: number, lockWaitMs?: number] {
  const timeoutMs = Math.min(CALL_TIMEOUT_MS, mostMs);
  if (!isSuspect) return [timeoutMs];
  return [timeoutMs, Math.min(SUSPECT_LOCK_WAIT_MS, Math.floor(timeoutMs / 2))];
}
