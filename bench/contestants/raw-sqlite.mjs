import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';

const TTL_MS = 60_000;
const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

/** The least that a lock in SQLite can do. */
export const rawSqlite = {
  title: 'raw `better-sqlite3`, prepared',
  async open({ url }) {
    const database = new Database(url);
    database.pragma('journal_mode = WAL');
    database.exec(`CREATE TABLE IF NOT EXISTS raw_lock
      (name TEXT PRIMARY KEY, owner TEXT NOT NULL, locked_until INTEGER NOT NULL)`);
    const acquire = database.prepare(`INSERT INTO raw_lock VALUES (?, ?, ${NOW} + ?)
      ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, locked_until = excluded.locked_until
      WHERE locked_until <= ${NOW} RETURNING owner`);
    const release = database.prepare(
      'UPDATE raw_lock SET locked_until = 0 WHERE name = ? AND owner = ?',
    );
    return {
      async acquire(name) {
        const owner = randomUUID();
        return acquire.all(name, owner, TTL_MS).length === 1 ? { name, owner } : undefined;
      },
      release: async ({ name, owner }) => release.run(name, owner),
      close: async () => database.close(),
    };
  },
};
