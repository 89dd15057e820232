import type { FenceRequest } from '../../../lib/core/fenced-transactions.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  Refusal,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { Verdicts } from './verdicts.js';

/** How far ahead of the store's clock a tick may be: half a period, where that is more than this. */
export const MOST_AHEAD_MS = 1000;

/** One grant, by what the store has executed. Instants are the store's. */
export interface GrantEntry {
  readonly name: string;
  readonly owner: string;
  readonly fence: number;
  readonly instance: string;
  readonly acquiredAt: number;
  expiresAt: number;
  /** A ttl after the last statement of its holder that was executed. */
  vouchedUntilAt: number;
  releasedAt: number | undefined;
  keptUntilAt: number;
  forcedAt: number | undefined;
}

/**
 * What the store has executed, in its order, and the oracles over that: P1 to P5. It reads requests,
 * answers and the store's clock, and no row.
 */
export class Ledger {
  grants = 0;
  fencedWrites = 0;
  readonly #verdicts: Verdicts;
  readonly #nowAt: () => number;
  readonly #onLengthened: (grant: GrantEntry) => void;
  readonly #latest = new Map<string, GrantEntry>();
  readonly #byFence = new Map<string, GrantEntry>();
  readonly #highest = new Map<string, number>();
  readonly #ticks = new Set<string>();
  readonly #lastTick = new Map<string, number>();

  constructor(verdicts: Verdicts, nowAt: () => number, onLengthened: (grant: GrantEntry) => void) {
    this.#verdicts = verdicts;
    this.#nowAt = nowAt;
    this.#onLengthened = onLengthened;
  }

  get entries(): Iterable<GrantEntry> {
    return this.#byFence.values();
  }

  latest(name: string): GrantEntry | undefined {
    return this.#latest.get(name);
  }

  grant(name: string, fence: number): GrantEntry | undefined {
    return this.#byFence.get(`${name} ${fence}`);
  }

  /** A row that was there before the world began. */
  found(grant: GrantEntry): void {
    this.#enter(grant);
    this.#highest.set(grant.name, grant.fence);
  }

  acquired(request: AcquireRequest, answer: AcquireAnswer): void {
    const { name, owner, instance, ttlMs, tick } = request;
    const nowAt = this.#nowAt();
    const earlier = this.#latest.get(name);
    if (!answer.granted) {
      if (answer.reason === 'held') this.#refused(request, earlier, nowAt);
      return this.#refusedTick(request, answer.reason, nowAt);
    }
    if (earlier?.owner === owner && earlier.fence === answer.fence) {
      if (earlier.releasedAt !== undefined || earlier.forcedAt !== undefined) {
        this.#verdicts.broken(
          'P1',
          `${name}: fence ${answer.fence} was granted again after its end`,
        );
      }
      return this.#vouched(earlier, answer.expiresAt, nowAt + ttlMs);
    }
    this.grants += 1;
    if (earlier) this.#verdicts.judges('P1');
    if (earlier && endOf(earlier) > nowAt) {
      const leftMs = endOf(earlier) - nowAt;
      this.#verdicts.broken(
        'P1',
        `${name} was granted ${leftMs} ms before fence ${earlier.fence} ended`,
      );
    }
    this.#rises(name, answer.fence);
    if (tick) {
      const start = `${name} ${tick.at}`;
      if (this.#ticks.has(start))
        this.#verdicts.broken('P5', `${name}: tick ${tick.at} was granted twice`);
      this.#ticks.add(start);
      this.#lastTick.set(name, tick.at);
    }
    const entry: GrantEntry = {
      ...{ name, owner, instance, fence: answer.fence, acquiredAt: nowAt },
      ...{ expiresAt: answer.expiresAt, vouchedUntilAt: nowAt + ttlMs },
      ...{ releasedAt: undefined, keptUntilAt: 0, forcedAt: undefined },
    };
    this.#enter(entry);
    this.#onLengthened(entry);
  }

  renewed(request: RenewRequest, answer: RenewAnswer): void {
    const grant = this.grant(request.name, request.fence);
    if (!answer.renewed || !grant) return;
    const nowAt = this.#nowAt();
    this.#verdicts.judges('P1');
    if (endOf(grant) <= nowAt) {
      this.#verdicts.broken('P1', `${grant.name}: fence ${grant.fence} was renewed after its end`);
    }
    this.#vouched(grant, answer.expiresAt, nowAt + request.ttlMs);
  }

  released({ name, owner, fence, holdAtLeastMs }: ReleaseRequest, answer: ReleaseAnswer): void {
    const grant = fence === undefined ? this.#latest.get(name) : this.grant(name, fence);
    const isOurs = grant?.owner === owner && this.#latest.get(name) === grant;
    const nowAt = this.#nowAt();
    const wasTold = grant?.releasedAt !== undefined;
    if (isOurs && !wasTold && grant.forcedAt === undefined) {
      const wasHeld = grant.expiresAt >= nowAt || grant.acquiredAt + holdAtLeastMs >= nowAt;
      if (wasHeld !== (answer === 'released')) {
        this.#verdicts.broken(
          'lease',
          `${name}: the release of fence ${grant.fence} was answered ${answer}`,
        );
      }
      grant.releasedAt = nowAt;
      grant.keptUntilAt = grant.acquiredAt + holdAtLeastMs;
    }
  }

  forced({ name, fence }: ForceReleaseRequest, answer: ForceReleaseAnswer): void {
    const risenTo = answer.record?.fence;
    const grant = this.grant(name, fence);
    if (!answer.released || risenTo === undefined || risenTo <= (this.#highest.get(name) ?? 0))
      return;
    this.#highest.set(name, risenTo);
    if (grant) grant.forcedAt ??= this.#nowAt();
  }

  /** A fenced write was committed. */
  wrote({ name, owner, fence }: FenceRequest): void {
    this.fencedWrites += 1;
    this.#verdicts.judges('P3');
    const latest = this.#latest.get(name);
    const highest = this.#highest.get(name);
    if (latest?.fence === fence && latest.owner === owner && highest === fence) return;
    this.#verdicts.broken(
      'P3',
      `${name}: a write with fence ${fence} was committed after ${highest}`,
    );
  }

  #refused(request: AcquireRequest, earlier: GrantEntry | undefined, nowAt: number): void {
    const { name, owner } = request;
    // An owner who had the name gets it no more.
    if (earlier?.owner === owner) return;
    this.#verdicts.judges('P4');
    const freeAt = earlier ? Math.min(endOf(earlier), earlier.vouchedUntilAt) : -Infinity;
    if (freeAt > nowAt) return;
    const sinceMs = nowAt - freeAt;
    this.#verdicts.broken('P4', `${name} was refused as held though it was free for ${sinceMs} ms`);
  }

  /** A tick is lost for good by such a refusal. */
  #refusedTick({ name, tick }: AcquireRequest, reason: Refusal['reason'], nowAt: number): void {
    if (reason !== 'tick-taken' && reason !== 'clock-skew') return;
    this.#verdicts.judges('P5');
    const aheadMs = (tick?.at ?? -Infinity) - nowAt;
    const isTrue =
      reason === 'clock-skew'
        ? aheadMs > MOST_AHEAD_MS
        : tick !== undefined && tick.at <= (this.#lastTick.get(name) ?? -Infinity);
    if (isTrue) return;
    this.#verdicts.broken(
      'P5',
      `${name}: tick ${tick?.at} (${aheadMs} ms ahead) was refused as ${reason}`,
    );
  }

  #rises(name: string, fence: number): void {
    const highest = this.#highest.get(name) ?? -Infinity;
    this.#verdicts.judges('P2');
    if (fence <= highest)
      this.#verdicts.broken('P2', `${name}: fence ${fence} came after ${highest}`);
    this.#highest.set(name, Math.max(fence, highest));
  }

  #vouched(grant: GrantEntry, expiresAt: number, vouchedUntilAt: number): void {
    grant.expiresAt = expiresAt;
    grant.vouchedUntilAt = Math.max(grant.vouchedUntilAt, vouchedUntilAt);
    this.#onLengthened(grant);
  }

  #enter(grant: GrantEntry): void {
    this.#latest.set(grant.name, grant);
    this.#byFence.set(`${grant.name} ${grant.fence}`, grant);
  }
}

/** The instant from which on the store may grant the name again. */
export function endOf({ expiresAt, releasedAt, keptUntilAt, forcedAt }: GrantEntry): number {
  const releasedOrNotAt =
    releasedAt === undefined ? expiresAt : Math.max(Math.min(expiresAt, releasedAt), keptUntilAt);
  return forcedAt === undefined ? releasedOrNotAt : Math.min(forcedAt, releasedOrNotAt);
}
