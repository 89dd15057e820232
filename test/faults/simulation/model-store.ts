import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  LockRecord,
  ReleaseAnswer,
  ReleaseRequest,
  Refusal,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { FenceRequest } from '../../../lib/core/fenced-transactions.js';

/** What lies in the store for a name. */
export interface Row {
  owner: string;
  instance: string;
  fence: number;
  acquiredAt: number;
  lockedUntil: number;
  releasedAt: number | undefined;
  lastTick: number | undefined;
}

/**
 * What the port's contract says of one request, written down once more from its words: the memory
 * store in lib is code under test, and its answers are compared with these.
 */
export class ModelStore {
  readonly rows = new Map<string, Row>();
  readonly #nowAt: () => number;

  constructor(nowAt: () => number) {
    this.#nowAt = nowAt;
  }

  acquire(request: AcquireRequest): AcquireAnswer {
    const { name, owner, instance, ttlMs, tick } = request;
    const nowAt = this.#nowAt();
    const row = this.rows.get(name);
    const isHeldByMe = row !== undefined && row.owner === owner && row.releasedAt === undefined;
    if (row && isHeldByMe) {
      row.lockedUntil = Math.max(row.lockedUntil, nowAt + ttlMs);
      return {
        granted: true,
        fence: row.fence,
        acquiredAt: row.acquiredAt,
        expiresAt: row.lockedUntil,
      };
    }
    const refused = (reason: Refusal['reason']): Refusal => {
      return { granted: false, reason, record: row && recordOf(name, row) };
    };
    const isTaken = row !== undefined && row.lockedUntil > nowAt;
    if (tick && row?.lastTick !== undefined && tick.at <= row.lastTick)
      return refused('tick-taken');
    if (isTaken) return refused(row.releasedAt === undefined ? 'held' : 'hold-at-least');
    if (tick && tick.notBeforeAt > nowAt) return refused('clock-skew');
    if (row && row.owner === owner) return refused('held');
    const fence = row ? Math.max(row.fence + 1, nowAt) : nowAt;
    const lockedUntil = nowAt + ttlMs;
    const lastTick = tick ? tick.at : row?.lastTick;
    const grant = { owner, instance, fence, acquiredAt: nowAt, lockedUntil, lastTick };
    this.rows.set(name, { ...grant, releasedAt: undefined });
    return { granted: true, fence, acquiredAt: nowAt, expiresAt: lockedUntil };
  }

  renew({ name, owner, fence, ttlMs }: RenewRequest): RenewAnswer {
    const row = this.rows.get(name);
    if (!row || row.owner !== owner || row.fence !== fence) return { renewed: false };
    const nowAt = this.#nowAt();
    if (row.releasedAt !== undefined || nowAt >= row.lockedUntil) return { renewed: false };
    row.lockedUntil = Math.max(row.lockedUntil, nowAt + ttlMs);
    return { renewed: true, expiresAt: row.lockedUntil };
  }

  release({ name, owner, fence, holdAtLeastMs }: ReleaseRequest): ReleaseAnswer {
    const row = this.rows.get(name);
    if (!row || row.owner !== owner) return 'lost';
    if (fence !== undefined && row.fence !== fence) return 'lost';
    if (row.releasedAt === undefined) {
      row.releasedAt = this.#nowAt();
      const endsAt = Math.min(row.lockedUntil, row.releasedAt);
      row.lockedUntil = Math.max(endsAt, row.acquiredAt + holdAtLeastMs);
    }
    return row.lockedUntil < row.releasedAt ? 'lost' : 'released';
  }

  forceRelease({ name, owner, fence }: ForceReleaseRequest): ForceReleaseAnswer {
    const row = this.rows.get(name);
    if (!row) return { released: false, record: undefined };
    if (row.fence === fence) {
      const nowAt = this.#nowAt();
      row.owner = owner;
      row.fence = Math.max(fence + 1, nowAt);
      row.releasedAt ??= nowAt;
      row.lockedUntil = Math.min(row.lockedUntil, nowAt);
    }
    return { released: row.owner === owner, record: recordOf(name, row) };
  }

  /** The check of a fenced transaction, with its COMMIT. @returns whether it was committed */
  commit({ name, owner, fence }: FenceRequest): boolean {
    const row = this.rows.get(name);
    return row?.owner === owner && row.fence === fence && row.releasedAt === undefined;
  }
}

function recordOf(name: string, row: Row): LockRecord {
  const { owner: _secret, ...record } = row;
  return { name, ...record };
}
