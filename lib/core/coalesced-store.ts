import type { Clock } from './clock.js';
import { Coalescer, Lane } from './coalescer.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from './lock-store.js';

/** No statement of ours takes seconds: one that does has met a dead connection. */
const CALL_TIMEOUT_MS = 5_000;

/**
 * The port as the algorithm sees it, one request at a time; what is asked in one turn of the event
 * loop goes out as one batch.
 *
 * Acquires wait for rows that others hold, and renewals must not wait for acquires: so there are
 * two lanes. A renewal or release that hangs is cut off in time for another try before the nearest
 * deadline of a holder.
 */
export class CoalescedStore {
  readonly #acquire: Coalescer<AcquireRequest, AcquireAnswer>;
  readonly #renew: Coalescer<RenewRequest, RenewAnswer>;
  readonly #release: Coalescer<ReleaseRequest, ReleaseAnswer>;

  constructor(clock: Clock, store: LockStore, nearestDeadlineMs: () => number) {
    const requests = new Lane();
    const upkeep = new Lane();
    const upkeepMs = (): number =>
      Math.max(1, Math.floor(Math.min(CALL_TIMEOUT_MS, nearestDeadlineMs() / 2)));
    this.#acquire = new Coalescer(clock, requests, (batch) =>
      store.acquire(batch, CALL_TIMEOUT_MS),
    );
    this.#renew = new Coalescer(clock, upkeep, (batch) => store.renew(batch, upkeepMs()));
    this.#release = new Coalescer(clock, upkeep, (batch) => store.release(batch, upkeepMs()));
  }

  acquire(request: AcquireRequest): Promise<AcquireAnswer> {
    return this.#acquire.call(request);
  }

  renew(request: RenewRequest): Promise<RenewAnswer> {
    return this.#renew.call(request);
  }

  release(request: ReleaseRequest): Promise<ReleaseAnswer> {
    return this.#release.call(request);
  }
}
