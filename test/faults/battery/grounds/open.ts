import type { Ground, GroundDialect } from './ground.js';
import { openMariadb } from './mariadb/open.js';
import { openPostgres } from './postgres/open.js';
import { openSqlite } from './sqlite/open.js';

/** One entry a database. */
const OPEN: Readonly<Record<GroundDialect, () => Promise<Ground>>> = {
  postgres: openPostgres,
  mariadb: openMariadb,
  sqlite: openSqlite,
};

/** A new database, with nothing in it. Whatever becomes of this process, it goes with it. */
export function openGround(dialect: GroundDialect): Promise<Ground> {
  return OPEN[dialect]();
}
