import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';

const TTL_MS = 60_000;
const NOW = "(date_part('epoch', clock_timestamp()) * 1000)::bigint";
const CREATE = `CREATE TABLE IF NOT EXISTS raw_lock
  (name text PRIMARY KEY, owner text NOT NULL, locked_until bigint NOT NULL)`;
const ACQUIRE = `INSERT INTO raw_lock AS l VALUES ($1, $2, ${NOW} + $3)
ON CONFLICT (name) DO UPDATE SET owner = EXCLUDED.owner, locked_until = EXCLUDED.locked_until
WHERE l.locked_until <= ${NOW} RETURNING owner`;
const RELEASE = 'UPDATE raw_lock SET locked_until = 0 WHERE name = $1 AND owner = $2';
const UNAWAITED = `set_config('synchronous_commit', 'off', true)`;
/** Does not wait for the disk, as ours does not. */
const RELEASE_UNAWAITED = `WITH config AS MATERIALIZED (SELECT ${UNAWAITED})
UPDATE raw_lock SET locked_until = 0 FROM config WHERE name = $1 AND owner = $2`;
/** Nor does who lost a race for the name. */
const ACQUIRE_UNAWAITED = `WITH won AS (${ACQUIRE})
SELECT owner, (SELECT ${UNAWAITED} WHERE NOT EXISTS (SELECT FROM won)) FROM (SELECT) one LEFT JOIN won ON true`;

/** The least that a lock in PostgreSQL can do: one row, one upsert, one update. */
const raw = (title, connect, { acquire = ACQUIRE, release = RELEASE } = {}) => ({
  title,
  async open({ url }) {
    const { query, close } = await connect(url);
    await query('create', CREATE, []);
    return {
      async acquire(name) {
        const owner = randomUUID();
        const [row] = await query('raw_acquire', acquire, [name, owner, TTL_MS]);
        return row?.owner === owner ? { name, owner } : undefined;
      },
      release: ({ name, owner }) => query('raw_release', release, [name, owner]),
      close,
    };
  },
});

const overPool = (max, prepared) => async (connectionString) => {
  const pool = new pg.Pool({ connectionString, max });
  return {
    query: async (name, text, values) =>
      (await pool.query({ text, values, ...(prepared && { name }) })).rows,
    close: () => pool.end(),
  };
};

const overClient = (prepared) => async (connectionString) => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return {
    query: async (name, text, values) =>
      (await client.query({ text, values, ...(prepared && { name }) })).rows,
    close: () => client.end(),
  };
};

export const rawUnnamed = raw('raw `pg`', overClient(false));
export const rawPrepared = raw('raw `pg`, prepared', overClient(true));
export const rawUnawaited = raw('raw `pg`, prepared, release unawaited', overClient(true), {
  release: RELEASE_UNAWAITED,
});
export const rawGrantAwaited = raw('raw `pg`, prepared, only the grant awaited', overClient(true), {
  acquire: ACQUIRE_UNAWAITED,
  release: RELEASE_UNAWAITED,
});
export const rawOneByOne = raw('raw `pg`, prepared, one by one', overClient(true));
export const rawOneByOneUnawaited = raw(
  'raw `pg`, prepared, release unawaited, one by one',
  overClient(true),
  { release: RELEASE_UNAWAITED },
);
export const rawPool = raw('raw `pg`, prepared, a pool of 10', overPool(10, true));
export const rawPoolUnawaited = raw(
  'raw `pg`, prepared, release unawaited, a pool of 10',
  overPool(10, true),
  { release: RELEASE_UNAWAITED },
);
export const rawTypeOrm = raw('raw, by TypeORM’s `query`', async (url) => {
  const source = await new DataSource({ type: 'postgres', url }).initialize();
  return {
    // TypeORM answers an INSERT … RETURNING with its rows.
    query: (_name, text, values) => source.query(text, values),
    close: () => source.destroy(),
  };
});

const READ_CREATE = `CREATE TABLE IF NOT EXISTS read_lock (name text PRIMARY KEY, instance text,
  fence bigint, acquired_at bigint, locked_until bigint, released_at bigint, last_tick bigint)`;
const READ = `SELECT name, instance, fence, acquired_at, locked_until, released_at, last_tick,
  ${NOW} AS now FROM read_lock WHERE name = $1`;

/** The least that a skip can do which tells who has the name and since when: to read the row. */
export const rawRead = {
  title: 'a plain `SELECT` of the row, prepared',
  async open({ url }) {
    const { query, close } = await overClient(true)(url);
    await query('create', READ_CREATE, []);
    await query(
      'write',
      `INSERT INTO read_lock VALUES ('read', 'holder', 1, 1, 1, NULL, NULL)`,
      [],
    );
    return { ask: () => query('raw_read', READ, ['read']), close };
  },
};
