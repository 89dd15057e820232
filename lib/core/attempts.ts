import type { Clock } from './clock.js';
import type { CoalescedStore } from './coalesced-store.js';
import type { Answered } from './coalescer.js';
import { LockStoreError, MarathonClosingError, quoted } from './errors.js';
import { HeldLease } from './held-lease.js';
import type { LeaseParts } from './lease-parts.js';
import { holderOf } from './lock-info.js';
import type { LockRequest } from './lock-request.js';
import type { AcquireAnswer, AcquireRequest } from './lock-store.js';
import { retrying } from './retry.js';
import type { Holder, SkippedRun, SkipReason } from './run-result.js';
import { WaitingRoom } from './waiting-room.js';

/** How long a call goes on trying to reach the database before it reports the failure. */
const ATTEMPT_BOUND_MS = 10_000;

/** What became of an attempt. */
export type Attempt = { readonly lease: HeldLease } | SkippedRun;

/** Takes names: asks, waits if the caller does, and makes a lease of a grant. */
export class Attempts {
  readonly #clock: Clock;
  readonly #store: CoalescedStore;
  readonly #leaseParts: LeaseParts;
  readonly #waiting: WaitingRoom;
  #closing = false;

  constructor(store: CoalescedStore, leaseParts: LeaseParts) {
    this.#clock = leaseParts.clock;
    this.#store = store;
    this.#leaseParts = leaseParts;
    this.#waiting = new WaitingRoom(this.#clock);
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** From now on nothing is taken, and nobody waits. */
  refuse(): void {
    this.#closing = true;
    this.#waiting.close();
  }

  /** This instance gave a name back. */
  freed(name: string): void {
    this.#waiting.free(name);
  }

  /**
   * @throws {LockStoreError} if the database failed: nothing is held then
   * @throws the reason of the request's signal
   */
  async attempt(request: LockRequest): Promise<Attempt> {
    const { instance, notify } = this.#leaseParts;
    const { name, tick, onStoreError } = request;
    const event = { name, instance, ...(tick && { tick: new Date(tick.at) }) };
    request.signal?.throwIfAborted();
    if (!this.#closing) notify('onAttempted', event);
    const attempt = await this.#take(request).catch((error: unknown) => {
      if (error instanceof MarathonClosingError) return skipped('closing');
      if (error instanceof LockStoreError && onStoreError === 'skip') return skipped('store-error');
      notify('onRejected', { ...event, error });
      throw error;
    });
    if ('lease' in attempt) return attempt;
    const { outcome: _, ...skip } = attempt;
    notify('onSkipped', { ...event, ...skip });
    return attempt;
  }

  async #take(request: LockRequest): Promise<Attempt> {
    const { name, ttlMs, tick, signal } = request;
    const owner = this.#clock.owner();
    const { instance } = this.#leaseParts;
    const answered = await this.#poll({ name, owner, instance, ttlMs, tick }, request);
    if (!answered) {
      signal?.throwIfAborted();
      return skipped('closing');
    }
    const { answer, sent } = answered;
    if (!answer.granted) return skipped(answer.reason, answer.record && holderOf(answer.record));
    const lease = new HeldLease(this.#leaseParts, request, { ...answer, owner, sent });
    if (this.#closing || signal?.aborted || lease.trustedMs <= 0) {
      await lease[Symbol.asyncDispose]();
      signal?.throwIfAborted();
      if (this.#closing) return skipped('closing');
      throw tooLate(name, ttlMs);
    }
    if (signal) follow(lease, signal);
    this.#leaseParts.keep(lease);
    return { lease };
  }

  /** Asks once, or for as long as the caller waits; `undefined` if it is ended before an answer. */
  #poll(
    ask: AcquireRequest,
    { name, waitMs, signal }: LockRequest,
  ): Promise<Answered<AcquireAnswer> | undefined> {
    if (this.#closing) return Promise.resolve(undefined);
    if (waitMs === 0) return this.#ask(ask, signal);
    return this.#waiting.poll(
      { name, untilAt: this.#clock.monotonicAt() + waitMs, signal },
      () => this.#ask(ask, signal),
      (answered) => !isWorthWaiting(answered),
    );
  }

  /**
   * Asks until there is an answer, with one owner throughout: if an earlier request was granted and
   * only its reply was lost, asking again finds the name to be mine.
   */
  async #ask(
    request: AcquireRequest,
    signal: AbortSignal | undefined,
  ): Promise<Answered<AcquireAnswer>> {
    const { notify } = this.#leaseParts;
    const { name, instance, owner } = request;
    let uncertain = false;
    const checkWanted = (): void => {
      signal?.throwIfAborted();
      if (this.#closing) throw new MarathonClosingError();
    };
    // Asked after each pause, and each wait for a busy connection: what is granted to nobody costs
    // the fleet the tick or a holdAtLeast.
    const send = (): Promise<Answered<AcquireAnswer>> => this.#store.acquire(request, checkWanted);
    try {
      return await retrying(this.#clock, ATTEMPT_BOUND_MS, send, (error) => {
        uncertain ||= error.outcome === 'unknown';
        notify('onStoreError', { name, instance, operation: 'acquire', error });
        checkWanted();
      });
    } catch (error) {
      // Perhaps it was granted after all. Nobody waits for this: it is a courtesy to the next one.
      if (uncertain) {
        this.#store.release({ name, owner, fence: undefined, holdAtLeastMs: 0 }).catch(() => {});
      }
      throw error;
    }
  }
}

/** A tick that was taken will not come back, and a clock that is ahead stays so. */
function isWorthWaiting({ answer }: Answered<AcquireAnswer>): boolean {
  return !answer.granted && (answer.reason === 'held' || answer.reason === 'hold-at-least');
}

/** Tells the body to stop when its caller is told to, as long as the lease is held. */
function follow(lease: HeldLease, signal: AbortSignal): void {
  const abort = (): void => lease.abort(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  void lease.over.then(() => signal.removeEventListener('abort', abort));
}

function skipped(reason: SkipReason, holder?: Holder): SkippedRun {
  return { outcome: 'skipped', reason, holder };
}

function tooLate(name: string, ttlMs: number): LockStoreError {
  return new LockStoreError(
    `The lease on ${quoted(name)} was granted so late that most of its ttl of ${ttlMs} ms had ` +
      `passed, so it was given back. Give it a longer ttl, or find out why the database is slow.`,
    { outcome: 'refused', retryable: false },
  );
}
