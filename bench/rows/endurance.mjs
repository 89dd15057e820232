import pg from 'pg';
import { marathon } from '../contestants/marathon.mjs';

const NAMES = 100;
const LOOKS = 20;

/**
 * Takes 100 names and gives them back, over and over, a million times in all; and looks meanwhile how
 * large the table and its index are, and how many updates stayed within their page (HOT:
 * https://www.postgresql.org/docs/current/storage-hot.html).
 */
export async function endurance(server, cycles = 1_000_000) {
  const it = await marathon('postgres').open(server);
  const observer = new pg.Client(server.url);
  await observer.connect();
  const names = Array.from({ length: NAMES }, (_, i) => `endurance:${i}`);
  const looks = [];
  const startedAt = performance.now();
  try {
    for (let look = 1; look <= LOOKS; look += 1) {
      for (let wave = 0; wave < cycles / NAMES / LOOKS; wave += 1) {
        const leases = await Promise.all(names.map((name) => it.acquire(name)));
        await Promise.all(leases.map((lease) => it.release(lease)));
      }
      looks.push({ cycles: (cycles / LOOKS) * look, ...(await sizes(observer)) });
    }
  } finally {
    await it.close();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  // Of a connection that has ended all is counted.
  const { rows } = await observer.query(
    `SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'marathon_lock'`,
  );
  await observer.end();
  return { looks, seconds, hot: rows[0].n_tup_hot_upd / rows[0].n_tup_upd };
}

async function sizes(observer) {
  const { rows } = await observer.query(
    `SELECT pg_table_size('marathon_lock')::int AS table, pg_indexes_size('marathon_lock')::int AS index`,
  );
  return rows[0];
}
