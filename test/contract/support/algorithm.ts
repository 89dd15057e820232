import { expect } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { systemClock } from '../../../lib/core/clock.js';
import type { LockStore } from '../../../lib/core/lock-store.js';
import type { Notify } from '../../../lib/core/notify.js';
import { SingleRun } from '../../../lib/core/single-run.js';
import { durationMs } from '../../../lib/nest/duration.js';
import { LockService } from '../../../lib/nest/lock.service.js';
import { TypeOrmFencedTransactions } from '../../../lib/sql/fenced-transactions.js';
import { fresh, TTL_MS } from './contender.js';
import type { Harness } from './harness.js';

/** A store as users meet it: behind the algorithm, which asks again where that helps. */
export function lockService(
  store: LockStore,
  notify: Notify = () => {},
  application?: DataSource,
): LockService {
  const none = { run: () => Promise.reject(new Error('no transactions here')) };
  const fenced = application ? new TypeOrmFencedTransactions(application) : none;
  const parts = { store, fenced, instance: 'test', clock: systemClock, notify, durationMs };
  return LockService.over(new SingleRun(parts), TTL_MS);
}

/**
 * Instances race for a name, fresh or expired. Where the isolation level lets a statement fail
 * instead of wait, nobody hears of it: there is one winner, and the others are refused.
 */
export async function raceThroughAlgorithm(harness: Harness): Promise<void> {
  const others = Array.from({ length: 11 }, () => harness.another());
  const stores = [harness.store, ...(await Promise.all(others))];
  const services = stores.map((store) => lockService(store));
  const expired = fresh();
  for (let round = 0; round < 20; round += 1) {
    const name = round % 2 === 0 ? fresh() : expired;
    if (name === expired) await harness.elapse(TTL_MS);
    const leases = await Promise.all(services.map((locks) => locks.acquire(name)));
    const [winner, ...more] = leases.filter((lease) => lease !== null);
    expect(more).toEqual([]);
    expect(await harness.row(name)).toMatchObject({ fence: winner!.fence, released_at: null });
    if (name !== expired) expect(await winner!.release()).toBe('released');
  }
}
