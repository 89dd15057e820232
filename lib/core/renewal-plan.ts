import type { Clock } from './clock.js';
import { jittered } from './retry.js';
import type { Trust } from './trust.js';

/** Three tries before the deadline, with room for a slow one. */
const RENEWAL_SHARE = 1 / 3;
/** A lease this fresh is not worth a write when others of the same instance are renewed. */
const FRESH_SHARE = 1 / 6;
const SHORTEST_RETRY_MS = 10;

/** When a lease is to be renewed next. */
export class RenewalPlan {
  /** What each renewal asks for. */
  ttlMs: number;
  readonly #clock: Clock;
  readonly #trust: Trust;
  #active: boolean;
  #underWay = false;
  #retryAt: number | undefined;

  constructor(clock: Clock, trust: Trust, values: { ttlMs: number; renew: boolean }) {
    this.#clock = clock;
    this.#trust = trust;
    this.ttlMs = values.ttlMs;
    this.#active = values.renew;
  }

  /** Whether it is renewed at all. */
  get active(): boolean {
    return this.#active;
  }

  /** In how long a renewal is due. */
  get dueInMs(): number {
    if (!this.#active || this.#underWay) return Infinity;
    if (this.#retryAt !== undefined) return this.#retryAt - this.#clock.monotonicAt();
    return this.ttlMs * RENEWAL_SHARE - this.#trust.ageMs;
  }

  /** Whether a renewal is worth its write, when one is sent for others anyway. */
  get isWorthwhile(): boolean {
    if (!this.#active || this.#underWay) return false;
    return this.dueInMs <= 0 || this.#trust.ageMs >= this.ttlMs * FRESH_SHARE;
  }

  /** One is sent: there is no other before its answer. After a failure there is, before the deadline. */
  async track(renewal: Promise<void>): Promise<void> {
    this.#underWay = true;
    try {
      await renewal;
    } catch {
      const pauseMs = Math.max(this.#trust.leftMs / 4, SHORTEST_RETRY_MS);
      this.#retryAt = this.#clock.monotonicAt() + jittered(this.#clock, pauseMs);
    } finally {
      this.#underWay = false;
    }
  }

  /** The store has confirmed a request sent then. */
  confirm(): void {
    this.#retryAt = undefined;
  }

  /** There are no more. */
  stop(): void {
    this.#active = false;
  }
}
