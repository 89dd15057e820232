import type { Ground, GroundDialect } from './grounds/ground.js';

/** What sessions run at that ask for nothing else. SQLite has one. */
export const LEVELS: Readonly<Record<GroundDialect, readonly string[]>> = {
  postgres: ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'],
  mariadb: ['REPEATABLE READ', 'READ COMMITTED', 'SERIALIZABLE', 'READ UNCOMMITTED'],
  sqlite: ['SERIALIZABLE'],
};

/** PostgreSQL tells it to sessions that exist; on MariaDB new ones have it, until the server restarts. */
export async function isolate({ dialect, query }: Ground, level: string): Promise<void> {
  if (dialect === 'postgres') {
    await query(`ALTER SYSTEM SET default_transaction_isolation = '${level.toLowerCase()}'`);
    await query('SELECT pg_reload_conf()');
  }
  if (dialect === 'mariadb') await query(`SET GLOBAL TRANSACTION ISOLATION LEVEL ${level}`);
}
