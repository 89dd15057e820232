import { setTimeout as pause } from 'node:timers/promises';
import { LockService } from 'nestjs-marathon';
import { application } from '../contestants/marathon.mjs';
import { tapped } from '../wire-tap.mjs';

const TTL_MS = 3000;
const BEATS = 3;

/**
 * How many statements each verb is for `size` names at once, and how many a beat is that renews them:
 * of leases that were taken together, in an instance that holds nothing else.
 */
export async function statements(on, server, size) {
  const counted = on === 'sqlite' ? verbose() : await tapped(on, server);
  const source = on === 'sqlite' ? { verbose: counted.tell } : {};
  const options = on === 'sqlite' ? { connection: 'shared' } : {};
  const [app, other] = await Promise.all(
    [
      { options, source },
      { options, source },
    ].map((more) => application(on, counted.server ?? server, more)),
  );
  try {
    const [locks, others] = [app.get(LockService), other.get(LockService)];
    const names = Array.from({ length: size }, (_, i) => `count:${size}:${i}`);
    const acquire = (from, ttl) => Promise.all(names.map((name) => from.acquire(name, ttl)));
    const release = (leases) => Promise.all(leases.map((lease) => lease.release()));
    await release(await acquire(locks, '1m')); // the first sets a session up
    await release(await acquire(others, '1m'));

    let leases;
    const acquired = await counted.count(async () => (leases = await acquire(locks, '1m')));
    const skipped = await counted.count(async () => {
      const refused = await acquire(others, '1m');
      if (refused.some(Boolean)) throw new Error('Two have one name.');
    });
    const released = await counted.count(() => release(leases));

    leases = await acquire(locks, TTL_MS);
    const renewed = await counted.count(async () => {
      for (let beat = 0; beat < BEATS; beat += 1) await nextBeat(leases);
    });
    await release(leases);
    return { acquire: acquired, skip: skipped, release: released, renew: renewed / BEATS };
  } finally {
    await app.close();
    await other.close();
    await counted.close?.();
  }
}

/** Resolves once all of the leases have a later end. */
async function nextBeat(leases) {
  const ends = leases.map(({ expiresAt }) => expiresAt.getTime());
  while (leases.some(({ expiresAt }, i) => expiresAt.getTime() <= ends[i])) await pause(10);
}

/** SQLite has no wire, but its driver tells what it executes. */
function verbose() {
  let told = 0;
  return {
    tell: (text) => {
      if (!/^PRAGMA/i.test(text)) told += 1;
    },
    async count(work) {
      const before = told;
      await work();
      return told - before;
    },
  };
}
