import type { Clock } from './clock.js';
import {
  refusal,
  type AcquireAnswer,
  type AcquireRequest,
  type ForceReleaseAnswer,
  type ForceReleaseRequest,
  type ListRequest,
  type LockRecord,
  type LockStore,
  type ReleaseAnswer,
  type ReleaseRequest,
  type RenewAnswer,
  type RenewRequest,
  type SeenLock,
} from './lock-store.js';

interface Row extends LockRecord {
  readonly owner: string;
}

/**
 * The port over a map: one process, no database. It is what `enabled: false` uses, and the shortest
 * way to read what a store has to do.
 */
export class MemoryLockStore implements LockStore {
  readonly #clock: Pick<Clock, 'wallAt'>;
  readonly #rows = new Map<string, Row>();

  constructor(clock: Pick<Clock, 'wallAt'>) {
    this.#clock = clock;
  }

  async acquire(batch: readonly AcquireRequest[]): Promise<AcquireAnswer[]> {
    return batch.map((request) => this.#acquire(request));
  }

  async renew(batch: readonly RenewRequest[]): Promise<RenewAnswer[]> {
    return batch.map((request) => this.#renew(request));
  }

  async release(batch: readonly ReleaseRequest[]): Promise<ReleaseAnswer[]> {
    return batch.map((request) => this.#release(request));
  }

  async inspect(names: readonly string[]): Promise<(SeenLock | undefined)[]> {
    return names.map((name) => {
      const row = this.#rows.get(name);
      return row && this.#seen(row);
    });
  }

  async list({ after, limit }: ListRequest): Promise<SeenLock[]> {
    return [...this.#rows.values()]
      .filter(({ name }) => after === undefined || name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit)
      .map((row) => this.#seen(row));
  }

  async forceRelease({ name, owner, fence }: ForceReleaseRequest): Promise<ForceReleaseAnswer> {
    let row = this.#rows.get(name);
    if (row?.fence === fence) {
      const nowAt = this.#clock.wallAt();
      const lockedUntil = Math.min(row.lockedUntil, nowAt);
      const ended = { lockedUntil, releasedAt: row.releasedAt ?? nowAt };
      row = { ...row, ...ended, owner, fence: Math.max(fence + 1, nowAt) };
      this.#rows.set(name, row);
    }
    return { released: row?.owner === owner, record: row && recordOf(row) };
  }

  async close(): Promise<void> {}

  /**
   * No verb of the port, but a test's: moves a grant so far into the past that its lease is over by
   * now, and tells nobody.
   */
  expire(name: string): void {
    const row = this.#rows.get(name);
    if (!row || row.releasedAt !== undefined) return;
    const lockedUntil = Math.min(row.lockedUntil, this.#clock.wallAt() - 1);
    const acquiredAt = row.acquiredAt - (row.lockedUntil - lockedUntil);
    this.#rows.set(name, { ...row, acquiredAt, lockedUntil });
  }

  #seen(row: Row): SeenLock {
    return { ...recordOf(row), seenAt: this.#clock.wallAt() };
  }

  #acquire({ name, owner, instance, ttlMs, tick }: AcquireRequest): AcquireAnswer {
    const nowAt = this.#clock.wallAt();
    const row = this.#rows.get(name);
    const mine = row?.owner === owner && row.releasedAt === undefined;
    const free =
      (!row || (row.lockedUntil <= nowAt && row.owner !== owner)) &&
      (!tick || ((row?.lastTick ?? -Infinity) < tick.at && tick.notBeforeAt <= nowAt));
    if (!mine && !free) {
      const request = { name, owner, instance, ttlMs, tick };
      return refusal(request, row && recordOf(row), nowAt);
    }
    const fence = mine ? row.fence : Math.max((row?.fence ?? 0) + 1, nowAt);
    const acquiredAt = mine ? row.acquiredAt : nowAt;
    const lockedUntil = Math.max(row?.lockedUntil ?? 0, nowAt + ttlMs);
    const lastTick = tick?.at ?? row?.lastTick;
    const held = { name, owner, instance, fence, acquiredAt, lockedUntil, lastTick };
    this.#rows.set(name, { ...held, releasedAt: undefined });
    return { granted: true, fence, acquiredAt, expiresAt: lockedUntil };
  }

  #renew({ name, owner, fence, ttlMs }: RenewRequest): RenewAnswer {
    const nowAt = this.#clock.wallAt();
    const row = this.#rows.get(name);
    if (row?.owner !== owner || row.fence !== fence) return { renewed: false };
    if (row.releasedAt !== undefined || row.lockedUntil <= nowAt) return { renewed: false };
    const lockedUntil = Math.max(row.lockedUntil, nowAt + ttlMs);
    this.#rows.set(name, { ...row, lockedUntil });
    return { renewed: true, expiresAt: lockedUntil };
  }

  #release({ name, owner, fence, holdAtLeastMs }: ReleaseRequest): ReleaseAnswer {
    const row = this.#rows.get(name);
    if (row?.owner !== owner || (fence !== undefined && row.fence !== fence)) return 'lost';
    const releasedAt = row.releasedAt ?? this.#clock.wallAt();
    const lockedUntil =
      row.releasedAt === undefined
        ? Math.max(Math.min(row.lockedUntil, releasedAt), row.acquiredAt + holdAtLeastMs)
        : row.lockedUntil;
    this.#rows.set(name, { ...row, releasedAt, lockedUntil });
    return lockedUntil < releasedAt ? 'lost' : 'released';
  }
}

function recordOf({ owner: _secret, ...record }: Row): LockRecord {
  return record;
}
