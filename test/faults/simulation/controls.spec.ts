import { describe, expect, it } from '@jest/globals';
import type {
  AcquireAnswer,
  AcquireRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import { SingleRun, type SingleRunParts } from '../../../lib/core/single-run.js';
import type { MakeSingleRun } from './instance.js';
import { seedsFrom, simulateMany } from './many.js';
import { ModelStore } from './model-store.js';
import type { Promised } from './verdicts.js';
import type { Spoilt } from './world.js';

/*
 * An oracle that cannot fail says nothing. Here stores, clocks and algorithms are spoilt one at a
 * time, and the oracle in question has to notice.
 */

const MOST_SEEDS = 500;

class ResettingStore extends ModelStore {
  override acquire(request: AcquireRequest): AcquireAnswer {
    const row = this.rows.get(request.name);
    if (row?.releasedAt !== undefined) row.fence = -Infinity;
    return super.acquire(request);
  }
}

class TickBlindStore extends ModelStore {
  override acquire(request: AcquireRequest): AcquireAnswer {
    return super.acquire({ ...request, tick: undefined });
  }
}

class UncheckedStore extends ModelStore {
  override commit(): boolean {
    return true;
  }
}

class RevivingStore extends ModelStore {
  override renew(request: RenewRequest): RenewAnswer {
    const row = this.rows.get(request.name);
    if (row?.owner === request.owner) row.lockedUntil = Infinity;
    return super.renew(request);
  }
}

class ForgetfulStore extends ModelStore {
  override release(request: ReleaseRequest): ReleaseAnswer {
    const answer = super.release(request);
    const row = this.rows.get(request.name);
    if (row) row.lockedUntil += 10_000;
    return answer;
  }
}

/** Grants as if it were later than it is. */
function hasty(aheadMs: number): Spoilt {
  class HastyStore extends ModelStore {
    override acquire(request: AcquireRequest): AcquireAnswer {
      const row = this.rows.get(request.name);
      if (row && row.owner !== request.owner) row.lockedUntil -= aheadMs;
      return super.acquire(request);
    }
  }
  return { store: (nowAt) => new HastyStore(nowAt) };
}

/** The algorithm with some of its ways changed. */
function changed(
  change: (core: SingleRun, parts: SingleRunParts) => Partial<ReturnType<MakeSingleRun>>,
): Spoilt {
  const singleRun: MakeSingleRun = (parts) => {
    const core = new SingleRun(parts);
    return {
      acquire: (request) => core.acquire(request),
      run: (request, body) => core.run(request, body),
      close: (timeoutMs) => core.close(timeoutMs),
      operations: core.operations,
      ...change(core, parts),
    };
  };
  return { singleRun };
}

/** The algorithm over a port some verbs of which are changed. */
function over(change: (store: LockStore) => Partial<LockStore>): Spoilt {
  return {
    singleRun: (parts) => {
      const { store } = parts;
      const port: LockStore = {
        acquire: (batch, timeoutMs) => store.acquire(batch, timeoutMs),
        renew: (batch, timeoutMs) => store.renew(batch, timeoutMs),
        release: (batch, timeoutMs) => store.release(batch, timeoutMs),
        inspect: (names, timeoutMs) => store.inspect(names, timeoutMs),
        list: (page, timeoutMs) => store.list(page, timeoutMs),
        forceRelease: (request, timeoutMs) => store.forceRelease(request, timeoutMs),
        close: () => store.close(),
        ...change(store),
      };
      return new SingleRun({ ...parts, store: port });
    },
  };
}

const CONTROLS: readonly [what: string, promise: Promised, spoilt: Spoilt][] = [
  ['a store that grants 50 ms early', 'P1', hasty(50)],
  ['a store that renews what has expired', 'P1', { store: (now) => new RevivingStore(now) }],
  ['a store that begins fences anew', 'P2', { store: (now) => new ResettingStore(now) }],
  ['transactions that look at no fence', 'P3', { store: (now) => new UncheckedStore(now) }],
  ['a store that forgets releases', 'P4', { store: (now) => new ForgetfulStore(now) }],
  ['a store that is blind to ticks', 'P5', { store: (now) => new TickBlindStore(now) }],
  ['clocks at half speed', 'P6', { rate: 0.5 }],
  ['clocks at half speed', 'overlap', { rate: 0.5 }],
  ['a store that the memory store is unlike', 'memory', hasty(50)],
  [
    'a batch that has its names twice',
    'batch',
    over((store) => ({
      renew: (batch, timeoutMs) => store.renew([...batch, ...batch], timeoutMs),
    })),
  ],
  [
    'a body that begins twice',
    'result',
    changed((core) => ({
      run: (request, body) => core.run(request, (lease) => [body(lease), body(lease)][0]!),
    })),
  ],
  [
    'a run that says that it was skipped',
    'result',
    changed((core) => ({
      run: (request, body) =>
        core.run(request, body).then(() => ({ outcome: 'skipped', reason: 'held' })),
    })),
  ],
  [
    'a release that is not sent, and said to be done',
    'lease',
    over(() => ({ release: async (batch) => batch.map(() => 'released') })),
  ],
  [
    'a shutdown that refuses nothing',
    'closing',
    changed((_core, { clock }) => ({
      close: (timeoutMs) => clock.pause(timeoutMs).then(() => []),
    })),
  ],
  [
    'a shutdown that takes its time',
    'closing',
    changed((core) => ({ close: () => core.close(50_000) })),
  ],
  ['calls that never end', 'settles', changed(() => ({ run: () => new Promise<never>(() => {}) }))],
  [
    'renewals that never arrive',
    'liveness',
    over((store) => ({
      renew: (batch, timeoutMs) =>
        store.renew([], timeoutMs).then(() => batch.map(() => ({ renewed: false }))),
    })),
  ],
  [
    'a timer that nobody stops',
    'leftovers',
    changed((core, { clock }) => ({
      close(timeoutMs) {
        clock.schedule(2 ** 31, () => {});
        return core.close(timeoutMs);
      },
    })),
  ],
];

describe('the simulation notices', () => {
  it.each(CONTROLS)(`%s, as a violation of %s`, async (_what, promise, spoilt) => {
    const tally = await simulateMany(
      seedsFrom(1, MOST_SEEDS),
      spoilt,
      ({ violations }) => violations[promise] > 0,
    );
    expect(tally.violations[promise]).toBeGreaterThan(0);
  });
});
