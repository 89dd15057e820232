import type { Statement } from './dialect.js';

/** The table where text is compared byte by byte, as PostgreSQL and SQLite do. */
export function plainTable(table: string): Statement {
  return {
    text: `CREATE TABLE IF NOT EXISTS ${table} (
  lock_key varchar(64) NOT NULL PRIMARY KEY,
  name varchar(255) NOT NULL,
  owner varchar(36),
  instance varchar(255),
  fence bigint NOT NULL,
  acquired_at bigint NOT NULL,
  locked_until bigint NOT NULL,
  released_at bigint,
  last_tick bigint
)`,
    parameters: [],
  };
}
