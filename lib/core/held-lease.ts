import { elapsedMs, instantOf, type Instant } from './clock.js';
import { LeaseLostError, LockStoreError, MaxRuntimeError } from './errors.js';
import type { LeaseParts } from './lease-parts.js';
import type { Lease } from './lease.js';
import { checkTtl, type LockRequest } from './lock-request.js';
import type { Grant, ReleaseAnswer } from './lock-store.js';
import { RenewalPlan } from './renewal-plan.js';
import { retrying } from './retry.js';
import { Trust } from './trust.js';

/** Somebody waits for a release that is tried again and again. */
const LONGEST_RELEASE_MS = 10_000;

/** A lease as its holder sees it: what the database said last, and for how long that can be trusted. */
export class HeldLease implements Lease {
  readonly name: string;
  readonly fence: number;
  readonly acquiredAt: Date;
  /** Resolves once there is nothing left to wait for: the lease is lost, or its release was tried. */
  readonly over: Promise<void>;
  /** How many runs go on that have joined it: they are told to stop if it is given back before. */
  joined = 0;
  /** Whether its release has begun, whatever became of that. */
  ended = false;
  readonly #parts: LeaseParts;
  readonly #request: LockRequest;
  readonly #owner: string;
  readonly #started: Instant;
  /** Made once somebody asks for its signal, or is to be told: most leases end before. */
  #abort: AbortController | undefined;
  #expiresAt: Date;
  #overran: MaxRuntimeError | undefined;
  readonly #trust: Trust;
  readonly #renewals: RenewalPlan;
  #lostError: LeaseLostError | undefined;
  #released: Promise<ReleaseAnswer> | undefined;
  #end!: () => void;

  constructor(
    parts: LeaseParts,
    request: LockRequest,
    grant: Grant & { readonly owner: string; readonly sent: Instant },
  ) {
    this.#parts = parts;
    this.name = request.name;
    this.fence = grant.fence;
    this.acquiredAt = new Date(grant.acquiredAt);
    this.#request = request;
    this.#owner = grant.owner;
    this.#started = instantOf(parts.clock);
    this.#expiresAt = new Date(grant.expiresAt);
    this.#trust = new Trust(parts.clock, grant.sent, request.ttlMs);
    this.#renewals = new RenewalPlan(parts.clock, this.#trust, request);
    this.over = new Promise((resolve) => (this.#end = resolve));
  }

  get expiresAt(): Date {
    return this.#expiresAt;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether its body was told to stop. */
  get aborted(): boolean {
    return this.#abort?.signal.aborted ?? false;
  }

  /** What is left of the time for which this lease can be trusted. */
  get trustedMs(): number {
    return this.#trust.leftMs;
  }

  /** What is left until it is told to stop for its `maxRuntime`. */
  get runtimeLeftMs(): number {
    if (this.#overran || this.ended) return Infinity;
    return this.#request.maxRuntimeMs - elapsedMs(this.#parts.clock, this.#started);
  }

  /** In how long a renewal is due. */
  get renewalInMs(): number {
    return this.#renewals.dueInMs;
  }

  /** Whether a renewal is worth its write, when one is sent for others anyway. */
  get renewable(): boolean {
    return this.#renewals.isWorthwhile;
  }

  /**
   * Asks for more time once. Never rejects, as nobody waits for it: a failure is told to the
   * observers, and there is another try before the deadline.
   */
  renew(): Promise<void> {
    return this.#renewals.track(this.#ask(this.#renewals.ttlMs));
  }

  async extend(ttl: number | string): Promise<void> {
    const ttlMs = this.#parts.durationMs(ttl);
    checkTtl(ttlMs);
    this.assertHeld();
    if (this.#overran) throw this.#overran;
    await retrying(this.#parts.clock, this.trustedMs, () => this.#ask(ttlMs));
    this.assertHeld();
    this.#renewals.ttlMs = ttlMs;
  }

  async transaction<T>(work: (manager: never) => Promise<T>): Promise<T> {
    this.assertHeld();
    const { name, fence } = this;
    const answer = await this.#parts.fenced.run({ name, owner: this.#owner, fence }, work);
    if (answer.committed) return answer.value;
    this.lose('refused');
    throw this.#lostError ?? this.#releasedError;
  }

  release(): Promise<ReleaseAnswer> {
    // A release that failed can be asked for again; one that was answered is not sent twice.
    if (this.#released) return this.#released;
    const released = this.#release()
      .catch((error: unknown) => {
        this.#released = undefined;
        throw error;
      })
      .finally(() => {
        this.#parts.forget(this);
        this.#end();
      });
    this.#released = released;
    // Before the request leaves, and not before it is known here: who is told may release it too.
    if (this.joined > 0) this.abort(this.#releasedError);
    return released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => {});
  }

  /** Asks the body to stop, while the lease goes on. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Its body took too long: tells it to stop, and lets the lease run out. */
  overrun(): void {
    const { maxRuntimeMs } = this.#request;
    this.#renewals.stop();
    this.#overran = new MaxRuntimeError(this.name, this.fence, maxRuntimeMs);
    this.abort(this.#overran);
    this.#parts.notify('onOverran', { ...this.#event(), maxRuntimeMs });
  }

  /** Whether it is lost, by the clocks too: a blocked event loop has not noticed its deadline yet. */
  checkLost(): boolean {
    if (this.trustedMs <= 0) this.lose('deadline');
    return this.#lostError !== undefined;
  }

  /** Ends the lease on the holder's side. `blockedMs`: how late this was noticed. */
  lose(reason: 'refused' | 'deadline', blockedMs = 0): void {
    // Its release will tell. One whose release has failed runs out as any other.
    if (this.#released) return this.#parts.forget(this);
    if (this.#lostError) return;
    const unrenewed = this.#overran ? 'max-runtime' : 'not-renewed';
    const cause = reason === 'deadline' && !this.#renewals.active ? unrenewed : reason;
    const { forget, notify } = this.#parts;
    const sinceRenewalMs = Math.round(this.#trust.ageMs);
    forget(this);
    this.#lostError = new LeaseLostError(this.name, this.fence, cause);
    this.abort(this.#lostError);
    this.#end();
    notify('onLost', { ...this.#event(), cause, sinceRenewalMs, blockedMs });
  }

  /** @throws {LeaseLostError} unless the lease is held */
  assertHeld(): void {
    if (!this.checkLost() && !this.ended) return;
    throw this.#lostError ?? this.#releasedError;
  }

  async #ask(ttlMs: number): Promise<void> {
    const { notify, renew } = this.#parts;
    const { name, fence } = this;
    const request = { name, owner: this.#owner, fence, ttlMs };
    const { answer, sent } = await renew(request).catch((error: unknown) => {
      this.#tellFailure('renew', error);
      throw error;
    });
    if (this.#lostError) return;
    // Once its release has begun, that may be the reason, and its answer will tell.
    if (!answer.renewed) return this.ended ? this.#parts.forget(this) : this.lose('refused');
    this.#trust.confirm(sent, ttlMs);
    this.#renewals.confirm();
    this.#expiresAt = new Date(answer.expiresAt);
    // Whoever counts it as ended is not told that it goes on.
    if (!this.ended) notify('onRenewed', { ...this.#event(), expiresAt: this.#expiresAt });
  }

  async #release(): Promise<ReleaseAnswer> {
    const { clock, notify, release } = this.#parts;
    this.ended = true;
    const { name, fence } = this;
    const request = { name, owner: this.#owner, fence, holdAtLeastMs: this.#request.holdAtLeastMs };
    if (this.#lostError) {
      // Perhaps the database still waits for the lease to expire: a courtesy to the next one.
      release(request).catch(() => {});
      return 'lost';
    }
    // It is renewed until the answer: an acquire of another name may hold up the connection for more
    // than a ttl. Tried again as long as nobody else could have the name anyway.
    const endsAt = clock.monotonicAt() + this.trustedMs;
    const answer = await retrying(
      clock,
      LONGEST_RELEASE_MS,
      () => release(request),
      (error) => {
        this.#tellFailure('release', error);
        if (this.trustedMs <= 0 && clock.monotonicAt() >= endsAt) throw error;
      },
    );
    if (answer === 'lost') {
      this.#lostError = new LeaseLostError(name, fence, 'refused');
      const sinceRenewalMs = Math.round(this.#trust.ageMs);
      notify('onLost', { ...this.#event(), cause: 'refused', sinceRenewalMs, blockedMs: 0 });
    } else {
      notify('onReleased', this.#event());
    }
    return answer;
  }

  #tellFailure(operation: 'renew' | 'release', error: unknown): void {
    if (!(error instanceof LockStoreError)) return;
    const { instance, notify } = this.#parts;
    notify('onStoreError', { name: this.name, instance, operation, error });
  }

  get #controller(): AbortController {
    return (this.#abort ??= new AbortController());
  }

  get #releasedError(): LeaseLostError {
    return new LeaseLostError(this.name, this.fence, 'released');
  }

  #event(): { name: string; instance: string; fence: number } {
    return { name: this.name, instance: this.#parts.instance, fence: this.fence };
  }
}
