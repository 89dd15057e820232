import type { Dialect } from '../../support/databases/test-database.js';

const MARIADB = 'CAST(FLOOR(UNIX_TIMESTAMP(SYSDATE(3)) * 1000) AS SIGNED)';

/**
 * A database's present in epoch milliseconds, rounded down. Times are written and judged by it, in
 * words other than those of the library.
 */
export const DATABASE_NOW: Readonly<Record<Dialect, string>> = {
  postgres: 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint',
  mariadb: MARIADB,
  mysql: MARIADB,
  sqlite: "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
};
