import type { Clock } from './clock.js';
import type { HeldLease } from './held-lease.js';

/** The monotonic clock stops in a suspend, and timers with it: so the wall clock is looked at too. */
const LONGEST_SLEEP_MS = 1000;
/** Timers are a little late always; less than this says nothing of the event loop. */
const ORDINARY_LATENESS_MS = 50;

/**
 * Looks after the leases of one instance: renews those that are due, tells bodies that overran to
 * stop, and ends the leases whose deadline has passed. One timer for all of them, and none while nothing is held.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #leases = new Set<HeldLease>();
  #cancel: (() => void) | undefined;
  #wakeAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get leases(): ReadonlySet<HeldLease> {
    return this.#leases;
  }

  /** What is left until the nearest deadline of a holder that is still ahead. */
  get nearestDeadlineMs(): number {
    let nearestMs = Infinity;
    for (const { trustedMs } of this.#leases) {
      if (trustedMs > 0 && trustedMs < nearestMs) nearestMs = trustedMs;
    }
    return nearestMs;
  }

  add(lease: HeldLease): void {
    this.#leases.add(lease);
    this.#wakeBefore(nextLookMs(lease));
  }

  remove(lease: HeldLease): void {
    this.#leases.delete(lease);
    if (this.#leases.size === 0) this.#sleep();
  }

  /** Renews nothing more: what is held now runs out by itself. */
  stop(): void {
    this.#leases.clear();
    this.#sleep();
  }

  #wakeBefore(delayMs: number): void {
    const wakeAt = this.#clock.monotonicAt() + Math.min(delayMs, LONGEST_SLEEP_MS);
    if (wakeAt >= this.#wakeAt) return;
    this.#cancel?.();
    this.#wakeAt = wakeAt;
    this.#cancel = this.#clock.schedule(wakeAt - this.#clock.monotonicAt(), () => this.#wake());
  }

  #sleep(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakeAt = Infinity;
  }

  #wake(): void {
    const lateMs = Math.round(this.#clock.monotonicAt() - this.#wakeAt);
    const blockedMs = lateMs > ORDINARY_LATENESS_MS ? lateMs : 0;
    this.#sleep();
    for (const lease of this.#leases) {
      if (lease.runtimeLeftMs <= 0) lease.overrun();
      if (lease.trustedMs <= 0) lease.lose('deadline', blockedMs);
    }
    this.#renewDue();
    for (const lease of this.#leases) this.#wakeBefore(nextLookMs(lease));
  }

  /** When one lease is due the others that are not fresh go with it, in the same batch. */
  #renewDue(): void {
    const leases = [...this.#leases];
    if (!leases.some((lease) => lease.renewalInMs <= 0)) return;
    for (const lease of leases) {
      if (lease.renewable) void lease.renew().finally(() => this.#planFor(lease));
    }
  }

  /** While its renewal was under way the lease had no next one to wake for. */
  #planFor(lease: HeldLease): void {
    if (this.#leases.has(lease)) this.#wakeBefore(nextLookMs(lease));
  }
}

/** Whole milliseconds, as timers count: rounded down, it would wake just before there is a thing to do. */
function nextLookMs(lease: HeldLease): number {
  const { renewalInMs, runtimeLeftMs, trustedMs } = lease;
  return Math.max(Math.ceil(Math.min(renewalInMs, runtimeLeftMs, trustedMs)), 1);
}
