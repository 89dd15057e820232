import pg from 'pg';
import { LockService } from 'nestjs-marathon';
import { application } from '../contestants/marathon.mjs';

const NAMES = 64;

/**
 * What a slow name does to its neighbours in a batch: a stranger keeps the row of one of 64 locked.
 *
 * @returns in milliseconds, how long the other 63 waited, and a call that came while they did
 */
export async function neighbours(server) {
  const app = await application('postgres', server);
  const stranger = new pg.Client(server.url);
  await stranger.connect();
  try {
    const locks = app.get(LockService);
    const names = Array.from(
      { length: NAMES },
      (_, i) => `neighbour:${String(i).padStart(2, '0')}`,
    );
    const round = () => Promise.all(names.map((name) => locks.acquire(name, '1m')));
    for (const lease of await round()) await lease.release();
    const [slow] = names;
    await stranger.query('BEGIN');
    await stranger.query('SELECT FROM marathon_lock WHERE lock_key = $1 FOR UPDATE', [slow]);
    const startedAt = performance.now();
    const since = async (call) => {
      const lease = await call;
      const ms = performance.now() - startedAt;
      await lease.release();
      return ms;
    };
    const waits = names.slice(1).map((name) => since(locks.acquire(name, '1m')));
    const slowly = locks.acquire(slow, '1m').catch(() => null);
    const othersMs = Math.max(...(await Promise.all(waits)));
    await stranger.query('COMMIT');
    await (await slowly)?.release();
    return { othersMs };
  } finally {
    await stranger.end();
    await app.close();
  }
}
