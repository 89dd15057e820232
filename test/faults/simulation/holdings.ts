import type { Instant } from '../../../lib/core/clock.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { Machine } from './machine.js';

/** What a holder counts on of its ttl: written down once more from the design's words. */
const TRUSTED_SHARE = 0.8;

/** What a machine could know of a lease of its own: what it sent and when, and what it was answered. */
export class Holding {
  /** By `renew: false` it is not renewed by itself. */
  isRenewed = true;
  isOverrun = false;
  /** `failed`: and nobody tries any more. */
  giving: 'no' | 'under way' | 'answered' | 'failed' = 'no';
  /** What became of the last request to give it back. */
  released: ReleaseAnswer | 'failed' | undefined;
  /** By the body's own journal; `undefined` while it runs. */
  bodyEnd: 'succeeded' | 'failed' | 'aborted' | undefined;
  /** What the observers were told. */
  readonly told = { started: 0, finished: 0, lost: 0, released: 0 };
  /** Whether it was lost at the end of its body, or past its deadline while it was given back. */
  #endedAs: 'held' | 'late' | 'lost' = 'held';
  expiresAt: number;
  readonly #machine: Machine;
  #until: Instant;
  #isRefused = false;

  constructor(machine: Machine, sent: Instant, ttlMs: number, expiresAt: number) {
    this.#machine = machine;
    this.#until = trustedUntil(sent, ttlMs);
    this.expiresAt = expiresAt;
  }

  /** The store said that it is over. */
  get isRefused(): boolean {
    return this.#isRefused || this.released === 'lost';
  }

  /** Its deadline has passed, by either clock. */
  get isPast(): boolean {
    const { wallAt, monotonicAt } = this.#until;
    return this.#machine.wallAt() >= wallAt || this.#machine.monotonicAt() >= monotonicAt;
  }

  /** Whether a body that ends now has to be told that it was lost. */
  get isLost(): boolean {
    if (this.told.lost > 0 || this.released === 'lost') return true;
    if (this.giving === 'under way' || this.giving === 'answered') return false;
    return this.#isRefused || this.isPast;
  }

  /** Whether there is no lease any more that a run could join. */
  get isOver(): boolean {
    return this.isLost || this.giving !== 'no';
  }

  /** Whether its run has to say that it was lost: one that ended late needs the store's word. */
  get wasRunLost(): boolean {
    if (this.#endedAs === 'lost' || this.released === 'lost') return true;
    return this.#endedAs === 'late' && this.released !== 'released';
  }

  /** Its body has ended, and its release begins, unless it was given back before. */
  finished(): void {
    const late = this.isPast ? 'late' : 'held';
    this.#endedAs = this.isLost ? 'lost' : late;
    if (this.giving !== 'answered') this.giving = 'under way';
  }

  /**
   * An answer to a renewal counts as long as the lease is not lost. A refusal says nothing once it is
   * given back, as that may be its reason.
   */
  renewed(sent: Instant, ttlMs: number, expiresAt: number | undefined): void {
    if (this.told.lost > 0) return;
    if (expiresAt === undefined) {
      if (this.giving === 'no') this.#isRefused = true;
      return;
    }
    const until = trustedUntil(sent, ttlMs);
    this.#until = {
      wallAt: Math.max(this.#until.wallAt, until.wallAt),
      monotonicAt: Math.max(this.#until.monotonicAt, until.monotonicAt),
    };
    this.expiresAt = expiresAt;
  }

  /** A transaction was rolled back for its fence. */
  rolledBack(): void {
    const isGivenUp = this.told.finished > 0 && this.released === 'failed';
    if (this.giving === 'no' || this.giving === 'failed' || isGivenUp) this.#isRefused = true;
  }
}

/** The leases of one machine. */
export class Holdings {
  readonly #machine: Machine;
  readonly #byLease = new Map<string, Holding>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** When something is sent, by the machine's clocks. */
  get nowAt(): Instant {
    return { wallAt: this.#machine.wallAt(), monotonicAt: this.#machine.monotonicAt() };
  }

  of({ name, fence }: { name: string; fence?: number | undefined }): Holding | undefined {
    return this.#byLease.get(`${name} ${fence}`);
  }

  acquired(
    batch: readonly AcquireRequest[],
    answers: readonly AcquireAnswer[],
    sent: Instant,
  ): void {
    batch.forEach(({ name, ttlMs }, index) => {
      const answer = answers[index]!;
      if (!answer.granted) return;
      const holding = new Holding(this.#machine, sent, ttlMs, answer.expiresAt);
      this.#byLease.set(`${name} ${answer.fence}`, holding);
    });
  }

  renewed(batch: readonly RenewRequest[], answers: readonly RenewAnswer[], sent: Instant): void {
    batch.forEach((request, index) => {
      const answer = answers[index]!;
      const expiresAt = answer.renewed ? answer.expiresAt : undefined;
      this.of(request)?.renewed(sent, request.ttlMs, expiresAt);
    });
  }

  /** @param answers none if the call failed */
  released(batch: readonly ReleaseRequest[], answers: readonly ReleaseAnswer[]): void {
    batch.forEach((request, index) => {
      const holding = this.of(request);
      if (holding) holding.released = answers[index] ?? 'failed';
    });
  }
}

function trustedUntil({ wallAt, monotonicAt }: Instant, ttlMs: number): Instant {
  const trustedMs = ttlMs * TRUSTED_SHARE;
  return { wallAt: wallAt + trustedMs, monotonicAt: monotonicAt + trustedMs };
}
