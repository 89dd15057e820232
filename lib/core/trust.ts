import { elapsedMs, type Clock, type Instant } from './clock.js';

/**
 * The share of the ttl after which a holder stops to trust its lease. It counts from when its last
 * request was sent, so before the database's own count began; the rest is for the body to stop in,
 * and for clocks that run at different speeds.
 */
const TRUSTED_SHARE = 0.8;

/** How long a holder may believe that it holds its lease, without asking. */
export class Trust {
  readonly #clock: Clock;
  /** When the last request that succeeded was sent. */
  #confirmed: Instant;
  #deadline: Instant;

  constructor(clock: Clock, sent: Instant, ttlMs: number) {
    this.#clock = clock;
    this.#confirmed = sent;
    this.#deadline = deadlineOf(sent, ttlMs);
  }

  /** What is left, by the clock that says less. */
  get leftMs(): number {
    return Math.min(
      this.#deadline.wallAt - this.#clock.wallAt(),
      this.#deadline.monotonicAt - this.#clock.monotonicAt(),
    );
  }

  /** How old the last confirmation is. */
  get ageMs(): number {
    return elapsedMs(this.#clock, this.#confirmed);
  }

  /** A request sent then succeeded. A lease is never shortened, so neither is this. */
  confirm(sent: Instant, ttlMs: number): void {
    const deadline = deadlineOf(sent, ttlMs);
    this.#confirmed = sent;
    this.#deadline = {
      wallAt: Math.max(this.#deadline.wallAt, deadline.wallAt),
      monotonicAt: Math.max(this.#deadline.monotonicAt, deadline.monotonicAt),
    };
  }
}

function deadlineOf(sent: Instant, ttlMs: number): Instant {
  const trustedMs = ttlMs * TRUSTED_SHARE;
  return { wallAt: sent.wallAt + trustedMs, monotonicAt: sent.monotonicAt + trustedMs };
}
