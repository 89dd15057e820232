import type { Clock } from './clock.js';
import { CoalescedStore } from './coalesced-store.js';
import type { Answered } from './coalescer.js';
import { runUnder, surroundingLease } from './current-lease.js';
import { LockStoreError, MarathonClosingError, quoted } from './errors.js';
import { HeldLease, type LeaseParts } from './held-lease.js';
import { KeepAlive } from './keep-alive.js';
import type { Lease } from './lease.js';
import type { LockRequest } from './lock-request.js';
import type { AcquireAnswer, AcquireRequest, LockRecord, LockStore } from './lock-store.js';
import type { Notify } from './notify.js';
import { retrying } from './retry.js';
import type { AttemptedEvent } from './run-observer.js';
import type { Holder, RunResult, SkippedRun } from './run-result.js';

/** How long a call goes on trying to reach the database before it reports the failure. */
const ATTEMPT_BOUND_MS = 10_000;

/** What the algorithm is made of. */
export interface SingleRunParts {
  readonly store: LockStore;
  readonly clock: Clock;
  /** The label that others see for this process. */
  readonly instance: string;
  readonly notify: Notify;
  /** Reads a duration as users write it. */
  readonly durationMs: (duration: number | string) => number;
}

type Attempt = { readonly lease: HeldLease } | SkippedRun;

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
  readonly #parts: SingleRunParts;
  readonly #leaseParts: LeaseParts;
  readonly #keepAlive: KeepAlive;
  readonly #store: CoalescedStore;
  /** What shutdown waits for: each call, from its attempt until its lease is given back. */
  readonly #open = new Set<Promise<unknown>>();
  #closing = false;
  #closed = false;

  constructor(parts: SingleRunParts) {
    const { clock, store } = parts;
    this.#parts = parts;
    this.#keepAlive = new KeepAlive(clock);
    this.#store = new CoalescedStore(clock, store, () => this.#keepAlive.nearestDeadlineMs);
    this.#leaseParts = {
      ...parts,
      renew: (request) => this.#store.renew(request),
      // Once closed there is no store to ask: what is held then expires by itself.
      release: async (request) => {
        if (this.#closed) throw new MarathonClosingError();
        return this.#store.release(request);
      },
      forget: (lease) => this.#keepAlive.remove(lease),
    };
  }

  /**
   * Takes a name, or tells why not.
   *
   * @throws {LockStoreError} if the database failed: nothing is held then
   */
  async acquire(request: LockRequest): Promise<Attempt> {
    const attempt = this.#attempt(request);
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
  async run<T>(request: LockRequest, body: (lease: Lease) => T): Promise<RunResult<Awaited<T>>> {
    const joined = surroundingLease(this, request.name);
    if (joined) {
      joined.assertHeld();
      const value = await runUnder(this, joined, () => body(joined));
      return { outcome: 'completed', value, fence: joined.fence, lost: joined.lost };
    }
    const result = this.#attempt(request).then((attempt) =>
      'lease' in attempt ? this.#run(attempt.lease, body) : attempt,
    );
    this.#track(result);
    return result;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** From now on nothing is started. */
  refuse(): void {
    this.#closing = true;
  }

  /**
   * Asks all bodies to stop and waits for them up to `timeoutMs`. Those that ended gave their
   * leases back; one that still runs keeps its lease until it expires.
   *
   * @returns the leases that are kept
   */
  async close(timeoutMs: number): Promise<readonly Lease[]> {
    this.refuse();
    for (const lease of this.#keepAlive.leases) lease.abort(new MarathonClosingError());
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.schedule(timeoutMs, resolve);
      void Promise.allSettled(this.#open)
        .finally(cancel)
        .then(() => resolve());
    });
    this.#closed = true;
    const kept = [...this.#keepAlive.leases];
    this.#keepAlive.stop();
    return kept;
  }

  async #attempt(request: LockRequest): Promise<Attempt> {
    const { clock, instance, notify } = this.#parts;
    const { name, ttlMs, tick } = request;
    const event = { name, instance, ...(tick && { tick: new Date(tick.at) }) };
    if (this.#closing) return skipped(event, notify, { reason: 'closing' });
    notify('onAttempted', event);
    const owner = clock.owner();
    const { answer, sent } = await this.#ask({ name, owner, instance, ttlMs, tick });
    if (!answer.granted) {
      const holder = holderOf(answer.record);
      return skipped(event, notify, { reason: answer.reason, holder });
    }
    const lease = new HeldLease(this.#leaseParts, request, { ...answer, owner, sent });
    if (this.#closing) {
      await lease[Symbol.asyncDispose]();
      return skipped(event, notify, { reason: 'closing' });
    }
    if (lease.trustedMs <= 0) {
      await lease[Symbol.asyncDispose]();
      throw tooLate(name, ttlMs);
    }
    this.#keepAlive.add(lease);
    return { lease };
  }

  /**
   * Asks until there is an answer, with one owner throughout: if an earlier request was granted and
   * only its reply was lost, asking again finds the name to be mine.
   */
  async #ask(request: AcquireRequest): Promise<Answered<AcquireAnswer>> {
    const { clock, notify } = this.#parts;
    const { name, instance, owner } = request;
    let uncertain = false;
    const send = (): Promise<Answered<AcquireAnswer>> => this.#store.acquire(request);
    try {
      return await retrying(clock, ATTEMPT_BOUND_MS, send, (error) => {
        uncertain ||= error.outcome === 'unknown';
        notify('onStoreError', { name, instance, operation: 'acquire', error });
      });
    } catch (error) {
      // Perhaps it was granted after all. Nobody waits for this: it is a courtesy to the next one.
      if (uncertain) {
        this.#store.release({ name, owner, fence: undefined, holdAtLeastMs: 0 }).catch(() => {});
      }
      throw error;
    }
  }

  async #run<T>(lease: HeldLease, body: (lease: Lease) => T): Promise<RunResult<Awaited<T>>> {
    const { clock, instance, notify } = this.#parts;
    const event = { name: lease.name, instance, fence: lease.fence };
    const startedAt = clock.monotonicAt();
    const tellEnd = (outcome: 'succeeded' | 'failed' | 'aborted', error?: unknown): void => {
      const durationMs = Math.round(clock.monotonicAt() - startedAt);
      notify('onFinished', {
        ...event,
        outcome,
        durationMs,
        ...(error !== undefined && { error }),
      });
    };
    notify('onStarted', event);
    try {
      const value = await runUnder(this, lease, () => body(lease));
      tellEnd('succeeded');
      // A release that fails was told to the observers; it takes nothing from what the body did.
      const released = await lease.release().catch(() => 'released');
      return { outcome: 'completed', value, fence: lease.fence, lost: released === 'lost' };
    } catch (error) {
      tellEnd(lease.signal.aborted ? 'aborted' : 'failed', error);
      await lease[Symbol.asyncDispose]();
      throw error;
    }
  }

  #track(work: Promise<unknown>): void {
    const ended = work.catch(() => {}).finally(() => this.#open.delete(ended));
    this.#open.add(ended);
  }
}

function skipped(
  event: AttemptedEvent,
  notify: Notify,
  skip: Omit<SkippedRun, 'outcome'>,
): SkippedRun {
  notify('onSkipped', { ...event, ...skip });
  return { outcome: 'skipped', ...skip };
}

function holderOf(record: LockRecord | undefined): Holder | undefined {
  if (!record) return undefined;
  return {
    instance: record.instance,
    fence: record.fence,
    acquiredAt: new Date(record.acquiredAt),
    expiresAt: new Date(record.lockedUntil),
  };
}

function tooLate(name: string, ttlMs: number): LockStoreError {
  return new LockStoreError(
    `The lease on ${quoted(name)} was granted so late that most of its ttl of ${ttlMs} ms had ` +
      `passed, so it was given back. Give it a longer ttl, or find out why the database is slow.`,
    { outcome: 'refused', retryable: false },
  );
}
