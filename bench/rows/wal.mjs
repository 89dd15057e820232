import pg from 'pg';
import { marathon } from '../contestants/marathon.mjs';
import { rawPrepared } from '../contestants/raw-postgres.mjs';

const SKIPS = 100;
const ROUNDS = 5;

/**
 * What a skip adds to the write-ahead log, in bytes. The server's own housekeeping may write there at
 * any time, so the least of some rounds is it.
 */
export async function walOfASkip(server) {
  const observer = new pg.Client(server.url);
  await observer.connect();
  const written = async () => {
    const { rows } = await observer.query(
      `SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS bytes`,
    );
    return Number(rows[0].bytes);
  };
  const bytes = {};
  for (const contestant of [marathon('postgres'), rawPrepared]) {
    const [holder, it] = [await contestant.open(server), await contestant.open(server)];
    const held = await holder.acquire('wal');
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await written();
      for (let skip = 0; skip < SKIPS; skip += 1) {
        if ((await it.acquire('wal')) !== undefined) throw new Error('Two have one name.');
      }
      rounds.push(((await written()) - before) / SKIPS);
    }
    bytes[contestant.title] = Math.round(Math.min(...rounds));
    await holder.release(held);
    await Promise.all([it.close(), holder.close()]);
  }
  await observer.end();
  return bytes;
}
