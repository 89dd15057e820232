import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';

const TTL_MS = 60_000;
const NOW = `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000`;
const CREATE = `CREATE TABLE IF NOT EXISTS raw_lock (name varchar(64) CHARACTER SET ascii PRIMARY KEY,
  owner char(36) CHARACTER SET ascii NOT NULL, locked_until bigint NOT NULL)`;
const ACQUIRE = `INSERT INTO raw_lock VALUES (?, ?, ${NOW} + ?) ON DUPLICATE KEY UPDATE
  owner = IF(locked_until <= ${NOW}, VALUES(owner), owner),
  locked_until = IF(owner = VALUES(owner), VALUES(locked_until), locked_until) RETURNING owner`;
const RELEASE = 'UPDATE raw_lock SET locked_until = 0 WHERE name = ? AND owner = ?';

/** The least that a lock in MariaDB can do. `execute` prepares, `query` does not. */
const raw = (title, how) => ({
  title,
  async open({ url }) {
    const connection = await mysql.createConnection(url);
    await connection.query(CREATE);
    return {
      async acquire(name) {
        const owner = randomUUID();
        const [[row]] = await connection[how](ACQUIRE, [name, owner, TTL_MS]);
        return row.owner === owner ? { name, owner } : undefined;
      },
      release: ({ name, owner }) => connection[how](RELEASE, [name, owner]),
      close: () => connection.end(),
    };
  },
});

export const rawMariadb = raw('raw `mysql2`', 'query');
export const rawMariadbPrepared = raw('raw `mysql2`, prepared', 'execute');
