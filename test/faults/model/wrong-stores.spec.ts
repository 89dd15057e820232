import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import type { VirtualClock } from 'nestjs-marathon/testing';
import { histories } from './commands/index.js';
import { finish } from './finish.js';
import { violationsOf } from './violations.js';
import { World } from './world.js';

/** Renews what has expired, as a statement does that looks at the owner alone. */
class Reviving extends MemoryLockStore {
  override async renew(batch: Parameters<LockStore['renew']>[0]) {
    const renewed = await super.renew(batch);
    return renewed.map((answer, index) =>
      answer.renewed ? answer : { renewed: true as const, expiresAt: 5e12 + batch[index]!.ttlMs },
    );
  }
}

/** Forgets `holdAtLeast`. */
class Impatient extends MemoryLockStore {
  override release(batch: Parameters<LockStore['release']>[0]) {
    return super.release(batch.map((request) => ({ ...request, holdAtLeastMs: 0 })));
  }
}

/** Counts fences from one again in each second. */
class Forgetful extends MemoryLockStore {
  override async acquire(batch: Parameters<LockStore['acquire']>[0]) {
    const answers = await super.acquire(batch);
    return answers.map((answer) =>
      answer.granted ? { ...answer, fence: answer.fence % 1000 } : answer,
    );
  }
}

/** Grants a lease for half as long as it says. */
class Stingy extends MemoryLockStore {
  override async acquire(batch: Parameters<LockStore['acquire']>[0]) {
    const shorter = batch.map((request) => ({ ...request, ttlMs: request.ttlMs / 2 }));
    const answers = await super.acquire(shorter);
    return answers.map((answer, index) =>
      answer.granted ? { ...answer, expiresAt: answer.expiresAt + shorter[index]!.ttlMs } : answer,
    );
  }
}

/** Takes each fire of a cron for a new one. */
class TickBlind extends MemoryLockStore {
  #fires = 0;

  override acquire(batch: Parameters<LockStore['acquire']>[0]) {
    const fresh = batch.map(({ tick, ...request }) => ({
      ...request,
      tick: tick && { ...tick, at: (this.#fires += 1) },
    }));
    return super.acquire(fresh);
  }
}

/** What each must be found guilty of. */
const WRONG = [
  { Wrong: Reviving, guilt: /succeeded on a lease that was over|was not told to stop/ },
  { Wrong: Impatient, guilt: /was granted the name \(fence \d+\) while \S+ held it/ },
  { Wrong: Forgetful, guilt: /the fence is \d+ and not \d+/ },
  { Wrong: Stingy, guilt: /'[ab]' ends at \S+, it is told/ },
  { Wrong: TickBlind, guilt: /its tick is started (again|after one \d+ ms later)/ },
];

describe('the property of the public API', () => {
  it.each(WRONG)('catches a store that is wrong: $Wrong.name', async ({ Wrong, guilt }) => {
    const found = await fc.check(
      fc.asyncProperty(histories, (commands) => isKept(commands, (clock) => new Wrong(clock))),
      { numRuns: 500, endOnFailure: true, seed: 1 },
    );
    expect(violationsOf(found.errorInstance)).toMatch(guilt);
  });
});

async function isKept(
  commands: Parameters<typeof fc.asyncModelRun<World, World, boolean, World>>[1],
  openStore: (clock: VirtualClock) => LockStore,
): Promise<void> {
  const world = await World.create(openStore);
  await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
  await finish(world);
}
