import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

/** What each is called while it is measured; it is dropped afterwards. */
const SCRATCH = `marathon_bench_${process.pid}`;

const GIVEN = {
  postgres: process.env.BENCH_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.BENCH_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306',
  redis: process.env.BENCH_REDIS_URL ?? 'redis://127.0.0.1:6379',
};

/** A database of our own on each server, and what the server says of its durability. */
export const scratch = {
  async postgres() {
    const admin = await reached('postgres', async (connectionString) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      return client;
    });
    const url = Object.assign(new URL(GIVEN.postgres), { pathname: SCRATCH }).href;
    await admin.query(`CREATE DATABASE ${SCRATCH}`);
    const { rows } = await admin.query(
      `SELECT name, current_setting(name) AS setting FROM pg_settings
       WHERE name IN ('server_version', 'fsync', 'synchronous_commit', 'shared_buffers')
       ORDER BY name = 'server_version' DESC, name`,
    );
    return {
      url,
      about: `PostgreSQL ${rows.map(({ name, setting }) => described(name, setting)).join(', ')}`,
      async drop() {
        await left(admin);
        await admin.query(`DROP DATABASE ${SCRATCH}`);
        await admin.end();
      },
    };
  },

  async mariadb() {
    const admin = await reached('mariadb', (uri) => mysql.createConnection(uri));
    const url = Object.assign(new URL(GIVEN.mariadb), { pathname: SCRATCH }).href;
    await admin.query(`CREATE DATABASE ${SCRATCH}`);
    const [[said]] = await admin.query(
      `SELECT VERSION() AS server_version, @@innodb_flush_log_at_trx_commit AS innodb_flush_log_at_trx_commit,
        @@log_bin AS log_bin`,
    );
    return {
      url,
      about: `MariaDB ${Object.entries(said)
        .map((each) => described(...each))
        .join(', ')}`,
      async drop() {
        await admin.query(`DROP DATABASE ${SCRATCH}`);
        await admin.end();
      },
    };
  },

  async sqlite() {
    const url = join(tmpdir(), `${SCRATCH}.sqlite`);
    const drop = async () => {
      for (const end of ['', '-wal', '-shm']) await rm(url + end, { force: true });
    };
    const database = new Database(url);
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE IF NOT EXISTS scratch (id)'); // it is set by the first use of a WAL
    // https://www.sqlite.org/pragma.html#pragma_synchronous
    const level = database.pragma('synchronous', { simple: true });
    const synchronous = ['OFF', 'NORMAL', 'FULL', 'EXTRA'][level];
    database.close();
    return { url, about: `SQLite (better-sqlite3), WAL, synchronous ${synchronous}`, drop };
  },

  async redis() {
    const admin = await reached('redis', async (url) => {
      const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0 });
      client.on('error', () => {}); // the rejection of connect() tells it
      await client.connect();
      return client;
    });
    const version = /redis_version:(\S+)/.exec(await admin.info('server'))?.[1];
    const [, appendonly] = await admin.config('GET', 'appendonly');
    return {
      url: GIVEN.redis,
      about: `Redis ${version}, appendonly ${appendonly}`,
      prefix: `${SCRATCH}:`,
      async drop() {
        const keys = await admin.keys(`*${SCRATCH}:*`);
        if (keys.length > 0) await admin.del(keys);
        await admin.quit();
      },
    };
  },
};

/** Some say goodbye without waiting for it. */
async function left(admin) {
  for (let tries = 0; tries < 100; tries += 1) {
    const { rows } = await admin.query('SELECT FROM pg_stat_activity WHERE datname = $1', [
      SCRATCH,
    ]);
    if (rows.length === 0) return;
    await pause(50);
  }
  throw new Error(`Somebody has not left ${SCRATCH}, so it was not dropped.`);
}

async function reached(server, connect) {
  try {
    return await connect(GIVEN[server]);
  } catch (error) {
    throw new Error(
      `No ${server} at ${new URL(GIVEN[server]).host}: ${error.message || error.code}. ` +
        `Start one there, or name another by BENCH_${server.toUpperCase()}_URL.`,
      { cause: error },
    );
  }
}

function described(name, value) {
  return name === 'server_version' ? String(value) : `${name} ${value}`;
}
