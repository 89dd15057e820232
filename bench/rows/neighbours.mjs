import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { LockService } from 'nestjs-marathon';
import { application } from '../contestants/marathon.mjs';
import { WAVE } from './wave.mjs';

const LATER = 40;
const PAUSE_MS = 50;

/**
 * What a slow name does to others: a stranger keeps the row of one of 64 locked, the first of them.
 *
 * @returns in milliseconds, how long the others waited that were asked for with it; and at most those
 *   that were asked for later, one after the other, while the slow one was tried again
 */
export async function neighbours(server) {
  const app = await application('postgres', server);
  const stranger = new pg.Client(server.url);
  await stranger.connect();
  try {
    const locks = app.get(LockService);
    const names = Array.from({ length: WAVE }, (_, i) => `neighbour:${String(i).padStart(2, '0')}`);
    const pair = async (name) => {
      const startedAt = performance.now();
      const lease = await locks.acquire(name, '1m');
      const ms = performance.now() - startedAt;
      await lease.release();
      return ms;
    };
    await Promise.all(names.map(pair));
    const [slow, ...others] = names;
    await stranger.query('BEGIN');
    await stranger.query('SELECT FROM marathon_lock WHERE lock_key = $1 FOR UPDATE', [slow]);
    const slowly = pair(slow);
    slowly.catch(() => {}); // it is awaited below
    const othersMs = Math.max(...(await Promise.all(others.map(pair))));
    let laterMs = 0;
    for (let i = 0; i < LATER; i += 1) {
      await pause(PAUSE_MS);
      laterMs = Math.max(laterMs, await pair(others[i % others.length]));
    }
    await stranger.query('COMMIT');
    await slowly;
    return { othersMs, laterMs };
  } finally {
    await stranger.end();
    await app.close();
  }
}
