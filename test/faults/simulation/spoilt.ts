import type { Notify } from '../../../lib/core/notify.js';
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
import { ModelStore } from './model-store.js';
import type { Spoilt } from './world.js';

export class ResettingStore extends ModelStore {
  override acquire(request: AcquireRequest): AcquireAnswer {
    const row = this.rows.get(request.name);
    if (row?.releasedAt !== undefined) row.fence = -Infinity;
    return super.acquire(request);
  }
}

export class TickBlindStore extends ModelStore {
  override acquire(request: AcquireRequest): AcquireAnswer {
    return super.acquire({ ...request, tick: undefined });
  }
}

export class UncheckedStore extends ModelStore {
  override commit(): boolean {
    return true;
  }
}

export class RevivingStore extends ModelStore {
  override renew(request: RenewRequest): RenewAnswer {
    const row = this.rows.get(request.name);
    if (row?.owner === request.owner) row.lockedUntil = Infinity;
    return super.renew(request);
  }
}

export class ForgetfulStore extends ModelStore {
  override release(request: ReleaseRequest): ReleaseAnswer {
    const answer = super.release(request);
    const row = this.rows.get(request.name);
    if (row) row.lockedUntil += 10_000;
    return answer;
  }
}

/** Grants as if it were later than it is. */
export function hasty(aheadMs: number): Spoilt {
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
export function changed(
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
export function over(change: (store: LockStore) => Partial<LockStore>): Spoilt {
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

/** The algorithm, whose observers are told otherwise. */
export function telling(notify: (told: Notify) => Notify): Spoilt {
  return { singleRun: (parts) => new SingleRun({ ...parts, notify: notify(parts.notify) }) };
}
