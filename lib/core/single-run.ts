import { Attempts, type Attempt } from './attempts.js';
import type { Clock } from './clock.js';
import { CoalescedStore } from './coalesced-store.js';
import { runUnder, surroundingLease } from './current-lease.js';
import { MarathonClosingError } from './errors.js';
import type { FencedTransactions } from './fenced-transactions.js';
import type { HeldLease } from './held-lease.js';
import { KeepAlive } from './keep-alive.js';
import type { Lease } from './lease.js';
import { LockOperations } from './lock-operations.js';
import type { LockRequest } from './lock-request.js';
import type { LockStore } from './lock-store.js';
import type { Notify } from './notify.js';
import type { RunResult } from './run-result.js';

/** What the algorithm is made of. */
export interface SingleRunParts {
  readonly store: LockStore;
  readonly fenced: FencedTransactions;
  readonly clock: Clock;
  /** The label that others see for this process. */
  readonly instance: string;
  readonly notify: Notify;
  /** Reads a duration as users write it. */
  readonly durationMs: (duration: number | string) => number;
}

/**
 * The algorithm: attempt, run, release.
 *
 * Why two bodies of one name do not overlap while the event loop runs:
 * 1. The store grants a name only when no earlier grant is valid, by its own clock.
 * 2. A holder counts its lease from before its request was sent, so its count ends first.
 * 3. At four fifths of that count the body is told to stop. A grant that comes later is given back.
 * 4. Only a renewal that the store confirmed moves these instants, and only forward.
 *
 * A body that does not stop, or a process that stands still, can overlap all the same: that is what
 * the fence is for.
 */
export class SingleRun {
  readonly operations: LockOperations;
  readonly #parts: SingleRunParts;
  readonly #keepAlive: KeepAlive;
  readonly #attempts: Attempts;
  /** What shutdown waits for: each call, from its attempt until its lease is given back. */
  readonly #open = new Set<Promise<unknown>>();
  #closed = false;

  constructor(parts: SingleRunParts) {
    const { clock, store } = parts;
    this.#parts = parts;
    this.#keepAlive = new KeepAlive(clock);
    const coalesced = new CoalescedStore(clock, store, () => this.#keepAlive.nearestDeadlineMs);
    this.operations = new LockOperations(coalesced, { ...parts, closed: () => this.#closed });
    this.#attempts = new Attempts(coalesced, {
      ...parts,
      renew: (request) => coalesced.renew(request),
      release: async (request) => {
        // Once closed there is no store to ask: what is held then expires by itself.
        if (this.#closed) throw new MarathonClosingError();
        const answer = await coalesced.release(request);
        this.#attempts.freed(request.name);
        return answer;
      },
      keep: (lease) => this.#keepAlive.add(lease),
      forget: (lease) => this.#keepAlive.remove(lease),
    });
  }

  /**
   * Takes a name, or tells why not.
   *
   * @throws {LockStoreError} if the database failed: nothing is held then
   * @throws the reason of the request's signal
   */
  acquire(request: LockRequest): Promise<Attempt> {
    const attempt = this.#attempts.attempt(request);
    this.#track(attempt.then((result) => ('lease' in result ? result.lease.over : undefined)));
    return attempt;
  }

  /**
   * Runs `body` under a lease on the name, or tells why it did not. Inside a run of the same name
   * the body joins that run's lease.
   *
   * @throws {LockStoreError} if the database failed before the body was started
   * @throws {LeaseLostError} on joining a lease that is lost
   * @throws whatever the body throws
   */
  run<T>(request: LockRequest, body: (lease: Lease) => T): Promise<RunResult<Awaited<T>>> {
    const joined = surroundingLease(this, request.name);
    if (joined) return this.#join(joined, request, body);
    const result = this.#attempts
      .attempt(request)
      .then((attempt) => ('lease' in attempt ? this.#run(attempt.lease, body) : attempt));
    this.#track(result);
    return result;
  }

  get closing(): boolean {
    return this.#attempts.closing;
  }

  /** From now on nothing is started. */
  refuse(): void {
    this.#attempts.refuse();
  }

  /**
   * Asks all bodies to stop and waits for them up to `timeoutMs`. Those that ended gave their
   * leases back; one that still runs keeps its lease until it expires.
   *
   * @returns the leases that are kept
   */
  async close(timeoutMs: number): Promise<readonly Lease[]> {
    this.refuse();
    for (const lease of this.#running) lease.abort(new MarathonClosingError());
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.schedule(timeoutMs, resolve);
      void Promise.allSettled(this.#open)
        .finally(cancel)
        .then(() => resolve());
    });
    this.#closed = true;
    const kept = this.#running;
    this.#keepAlive.stop();
    return kept;
  }

  /** The leases that nobody has begun to give back. */
  get #running(): HeldLease[] {
    return [...this.#keepAlive.leases].filter(({ ended }) => !ended);
  }

  async #join<T>(
    lease: HeldLease,
    { signal }: LockRequest,
    body: (lease: Lease) => T,
  ): Promise<RunResult<Awaited<T>>> {
    signal?.throwIfAborted();
    lease.assertHeld();
    lease.joined += 1;
    try {
      const value = await runUnder(this, lease, () => body(lease));
      // The run that took the lease need not wait for this one: then it was given back before.
      const lost = lease.checkLost() || lease.ended;
      return { outcome: 'completed', value, fence: lease.fence, lost };
    } finally {
      lease.joined -= 1;
    }
  }

  async #run<T>(lease: HeldLease, body: (lease: Lease) => T): Promise<RunResult<Awaited<T>>> {
    const { clock, instance, notify } = this.#parts;
    const event = { name: lease.name, instance, fence: lease.fence };
    // Between the grant and here others had their turn: one may have begun the shutdown, or given up.
    if (this.closing || lease.aborted) {
      await lease[Symbol.asyncDispose]();
      if (!this.closing) {
        notify('onRejected', { name: lease.name, instance, error: lease.signal.reason });
        throw lease.signal.reason;
      }
      notify('onSkipped', { name: lease.name, instance, reason: 'closing' });
      return { outcome: 'skipped', reason: 'closing' };
    }
    const startedAt = clock.monotonicAt();
    const tellEnd = (ended: 'succeeded' | 'failed', error?: unknown): boolean => {
      const outcome = lease.aborted ? 'aborted' : ended;
      const lost = lease.checkLost();
      const durationMs = Math.round(clock.monotonicAt() - startedAt);
      const failure = error === undefined ? {} : { error };
      notify('onFinished', { ...event, outcome, lost, durationMs, ...failure });
      return lost;
    };
    notify('onStarted', event);
    try {
      const value = await runUnder(this, lease, () => body(lease));
      const wasLost = tellEnd('succeeded');
      const isLate = lease.trustedMs <= 0;
      // A release that fails was told to the observers; it takes nothing from what the body did. If
      // the body had begun it and then ended too late, only its answer could say that it was in time.
      const released = await lease
        .release()
        .catch(() => (isLate && lease.checkLost() ? 'lost' : 'released'));
      const lost = wasLost || released === 'lost';
      return { outcome: 'completed', value, fence: lease.fence, lost };
    } catch (error) {
      tellEnd('failed', error);
      await lease[Symbol.asyncDispose]();
      throw error;
    }
  }

  #track(work: Promise<unknown>): void {
    const end = (): void => void this.#open.delete(work);
    this.#open.add(work);
    void work.then(end, end);
  }
}
