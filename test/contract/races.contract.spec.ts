import { describe, expect, it } from '@jest/globals';
import type { Grant, LockStore } from '../../lib/core/lock-store.js';
import { describeDatabases } from '../support/databases.js';
import { racing } from './racing.js';
import { Contender, fresh } from './support/contender.js';
import { opened } from './support/harness.js';
import { openMemory } from './support/memory-harness.js';
import { openSql } from './support/sql-harness.js';

describe('races on the memory store', () => racing(openMemory));

describeDatabases('races', (dialect) => racing(() => openSql(dialect)));

describeDatabases('leases that expire all the time', (dialect) => {
  const harness = opened(() => openSql(dialect));
  // On MySQL the winner is told by a second statement, before which a shorter lease is over.
  const ttlMs = dialect === 'mysql' ? 20 : 1;
  // A slow machine needs more turns for them, not fewer grants; the turns are its bound.
  const enough = 60;
  const turns = 5_000;

  it('are granted one after the other, with rising fences, on the clock of the database', async () => {
    const name = fresh();
    const others = Array.from({ length: 7 }, () => harness().another());
    const stores = [harness().store, ...(await Promise.all(others))];
    const grants: Grant[] = [];
    await Promise.all(stores.map((store) => insist(store, name, grants)));
    expect(grants.length).toBeGreaterThanOrEqual(enough);

    grants.sort((a, b) => a.fence - b.fence);
    for (const [index, grant] of grants.entries()) {
      const earlier = grants[index - 1];
      if (!earlier) continue;
      expect(grant.fence).toBeGreaterThan(earlier.fence);
      expect(grant.acquiredAt).toBeGreaterThanOrEqual(earlier.expiresAt);
    }
  });

  /** Asks for a very short lease, each time as somebody else, until all together have enough. */
  async function insist(store: LockStore, name: string, grants: Grant[]): Promise<void> {
    for (let turn = 0; turn < turns && grants.length < enough; turn += 1) {
      const answer = await new Contender(store, name, { ttlMs }).acquire();
      if (answer.granted) grants.push(answer);
    }
  }
});
