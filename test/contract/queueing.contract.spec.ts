import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { describeDatabases } from '../support/databases.js';
import { lockService } from './support/algorithm.js';
import { fresh } from './support/contender.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';

const WAITERS = 64;
const BODY_MS = 5;

/** In packages that only retry, three or four of 64 came to their turn. */
describeDatabases(`${WAITERS} calls that wait for one name`, (dialect) => {
  const harness = opened(() => openSql(dialect));

  it.each([1, 8, 32])('all run, one at a time, from %i instances', async (instances) => {
    const others = Array.from({ length: instances - 1 }, () => harness().another());
    const stores = [harness().store, ...(await Promise.all(others))];
    const services = stores.map((store) => lockService(store));
    const name = fresh();
    let running = 0;
    let overlaps = 0;
    const fences: number[] = [];
    const body = async ({ fence }: { readonly fence: number }): Promise<void> => {
      running += 1;
      if (running > 1) overlaps += 1;
      fences.push(fence);
      await pause(BODY_MS);
      running -= 1;
    };
    const calls = Array.from({ length: WAITERS }, (_, index) =>
      services[index % instances]!.run(name, { wait: '60s', ttl: '30s' }, body),
    );
    const results = await Promise.all(calls);
    expect(results.filter(({ outcome }) => outcome === 'completed')).toHaveLength(WAITERS);
    expect(overlaps).toBe(0);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect(new Set(fences).size).toBe(WAITERS);
    await Promise.all(stores.slice(1).map((store) => store.close()));
  });
});
