import { createMariadb } from './databases/mariadb.js';
import { createMysql } from './databases/mysql.js';
import { createPostgres } from './databases/postgres.js';
import { createSqlite } from './databases/sqlite.js';
import type { Dialect, TestDatabase } from './databases/test-database.js';

export { asMysql } from './databases/as-mysql.js';
export { describeDatabases, SERVERS } from './databases/describe.js';
export type { Dialect, TestDatabase } from './databases/test-database.js';
export { optionsFromUrl, throughPort } from './databases/url.js';

/** One entry a database. */
const CREATE: Record<Dialect, () => Promise<TestDatabase>> = {
  postgres: createPostgres,
  mariadb: createMariadb,
  mysql: createMysql,
  sqlite: createSqlite,
};

/** A fresh, empty database with a random name. Each test file has its own, and drops it. */
export function createDatabase(dialect: Dialect): Promise<TestDatabase> {
  return CREATE[dialect]();
}
