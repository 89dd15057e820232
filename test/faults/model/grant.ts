import type { Lease } from 'nestjs-marathon';

/** How a holder of a lease asked for it. */
export interface Terms {
  readonly renew: boolean;
  readonly holdAtLeastMs: number;
  readonly maxRuntimeMs: number;
}

/** What the model knows of one grant: what its holder was told, and what was done to it. */
export class Grant {
  ttlMs: number;
  readonly lease: Lease;
  readonly instance: string;
  readonly terms: Terms;
  /** The time of a cron that it was granted for. */
  readonly tickAt: number | undefined;
  /** When the holder had it in hands. */
  readonly startedAt: number;
  /** When giving it back began. */
  releasingAt: number | undefined;
  released: 'released' | 'lost' | undefined;
  /** When somebody began to take it away. */
  forcingAt: number | undefined;
  forcedAt: number | undefined;
  callerAbortedAt: number | undefined;
  /** A renewal that the holder knows nothing of may have moved the end up to here. */
  #mayLastUntilAt = 0;

  constructor(
    values: Pick<Grant, 'ttlMs' | 'lease' | 'instance' | 'terms' | 'tickAt' | 'startedAt'>,
  ) {
    this.ttlMs = values.ttlMs;
    this.lease = values.lease;
    this.instance = values.instance;
    this.terms = values.terms;
    this.tickAt = values.tickAt;
    this.startedAt = values.startedAt;
  }

  get fence(): number {
    return this.lease.fence;
  }

  get acquiredAt(): number {
    return this.lease.acquiredAt.getTime();
  }

  /** Until when it is granted, as its holder was told. */
  get untilAt(): number {
    return this.lease.expiresAt.getTime();
  }

  get keptUntilAt(): number {
    return this.acquiredAt + this.terms.holdAtLeastMs;
  }

  get overranAt(): number {
    return this.startedAt + this.terms.maxRuntimeMs;
  }

  /** A renewal of now may have been done without being answered. */
  mayBeRenewed(nowAt: number): void {
    this.#mayLastUntilAt = nowAt + this.ttlMs;
  }

  /** Whether the database may say that it ends then. */
  mayEndAt(at: number): boolean {
    return at === this.untilAt || (this.untilAt < at && at <= this.#mayLastUntilAt);
  }

  /** Whether it stood then, by what its holder was told: nobody else may be granted the name. */
  isValidAt(at: number): boolean {
    if (this.forcingAt !== undefined && this.forcingAt <= at) return false;
    if (this.releasingAt !== undefined && this.releasingAt <= at) return at < this.keptUntilAt;
    return at < this.untilAt;
  }

  /** Whether it is over, whatever became of what was not answered. */
  isSurelyOverAt(at: number): boolean {
    if (this.forcedAt !== undefined) return true;
    if (this.released === 'released') return at >= this.keptUntilAt;
    return at >= Math.max(this.untilAt, this.#mayLastUntilAt);
  }
}
