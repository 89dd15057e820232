import type { LockStore } from '../../../lib/core/lock-store.js';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import { discreet } from './discreet-store.js';
import type { Harness, StoredRow } from './harness.js';

/** The memory store, by a clock that the tests set. */
export async function openMemory(): Promise<Harness> {
  return new MemoryHarness();
}

class MemoryHarness implements Harness {
  #nowAt = Date.UTC(2026, 0, 1);
  readonly store: LockStore = discreet(new MemoryLockStore({ wallAt: () => this.#nowAt }));

  async another(): Promise<LockStore> {
    return this.store;
  }

  async now(): Promise<number> {
    return this.#nowAt;
  }

  async reach(at: number): Promise<void> {
    this.#nowAt = Math.max(this.#nowAt, at);
  }

  async elapse(ms: number): Promise<void> {
    this.#nowAt += ms;
  }

  /** It has no other door than this one. */
  async row(name: string): Promise<StoredRow | undefined> {
    const [record] = await this.store.inspect([name], 0);
    return (
      record && {
        name: record.name,
        instance: record.instance,
        fence: record.fence,
        acquired_at: record.acquiredAt,
        locked_until: record.lockedUntil,
        released_at: record.releasedAt ?? null,
        last_tick: record.lastTick ?? null,
      }
    );
  }

  async close(): Promise<void> {}
}
