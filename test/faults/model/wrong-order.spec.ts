import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import type { VirtualClock } from 'nestjs-marathon/testing';
import { interleavings, type OnTheWay } from './interleavings.js';
import { violationsOf } from './violations.js';

/** Looks whether a name is free, and takes it by a statement of its own: others come in between. */
class Unlocked extends MemoryLockStore {
  readonly #onTheWay: OnTheWay;

  constructor(clock: VirtualClock, onTheWay: OnTheWay) {
    super(clock);
    this.#onTheWay = onTheWay;
  }

  override async acquire(batch: Parameters<LockStore['acquire']>[0]) {
    const names = batch.map(({ name }) => name);
    const seen = await this.inspect(names);
    await this.#onTheWay('between SELECT and UPDATE');
    const current = await this.inspect(names);
    for (const [index, lock] of current.entries()) {
      const before = seen[index];
      const wasFree = !before || before.lockedUntil <= before.seenAt;
      if (lock && wasFree && before?.fence !== lock.fence) {
        await super.forceRelease({ name: lock.name, owner: 'nobody', fence: lock.fence });
      }
    }
    return super.acquire(batch);
  }
}

describe('the property of all interleavings', () => {
  it('catches a store that looks and takes in two steps', async () => {
    const property = interleavings((clock, onTheWay) => new Unlocked(clock, onTheWay));
    const found = await fc.check(property, { numRuns: 500, endOnFailure: true, seed: 3 });
    expect(violationsOf(found.errorInstance)).toMatch(
      /was granted the name \(fence \d+\) while \S+ held it/,
    );
  });
});
