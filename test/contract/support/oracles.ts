import type { Dialect } from '../../support/databases.js';

/** What the tests ask a database by themselves, in words other than those of the library. */
export interface Oracle {
  /** Its present in epoch milliseconds, as `now`, rounded down. */
  readonly now: string;
  /** How many statements wait for a row in this database, as `waiting`. Undefined: none ever does. */
  readonly waiting?: string;
  /** The columns of a table: name, type, nullable (0 or 1), and the collation if that matters. */
  readonly columns: (table: string) => string;
  /** Writes a line to the table `audit` for each change of a lock. */
  readonly auditTriggers: readonly string[];
}

const mariadb: Oracle = {
  now: 'SELECT CAST(FLOOR(UNIX_TIMESTAMP(SYSDATE(3)) * 1000) AS SIGNED) AS now',
  waiting: `SELECT count(*) AS waiting FROM information_schema.innodb_trx t
    JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
    WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'`,
  columns: (table) => `SELECT column_name AS name, column_type AS type,
    is_nullable = 'YES' AS nullable, collation_name AS collation
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = '${table}'
    ORDER BY ordinal_position`,
  auditTriggers: [
    'CREATE TABLE audit (id bigint AUTO_INCREMENT PRIMARY KEY, lock_key varchar(64) NOT NULL)',
    ...['INSERT', 'UPDATE'].map(
      (change) => `CREATE TRIGGER noted_${change} AFTER ${change} ON marathon_lock
        FOR EACH ROW INSERT INTO audit (lock_key) VALUES (NEW.lock_key)`,
    ),
  ],
};

/** One entry a database. */
export const oracles: Record<Dialect, Oracle> = {
  postgres: {
    now: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
    waiting: `SELECT count(*) AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    columns: (table) => `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
      (NOT a.attnotnull)::int AS nullable, NULL AS collation
      FROM pg_attribute a
      WHERE a.attrelid = '${table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum`,
    auditTriggers: [
      'CREATE TABLE audit (id bigserial PRIMARY KEY, lock_key text NOT NULL)',
      `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO audit (lock_key) VALUES (NEW.lock_key); RETURN NULL; END $$`,
      `CREATE TRIGGER noted AFTER INSERT OR UPDATE ON marathon_lock
        FOR EACH ROW EXECUTE FUNCTION note()`,
    ],
  },
  mariadb,
  mysql: mariadb,
  sqlite: {
    now: `SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) AS now`,
    columns: (table) => `SELECT name, type, NOT "notnull" AS nullable, NULL AS collation
      FROM pragma_table_info('${table}') ORDER BY cid`,
    auditTriggers: [
      'CREATE TABLE audit (id integer PRIMARY KEY AUTOINCREMENT, lock_key text NOT NULL)',
      ...['INSERT', 'UPDATE'].map(
        (change) => `CREATE TRIGGER noted_${change} AFTER ${change} ON marathon_lock
          BEGIN INSERT INTO audit (lock_key) VALUES (NEW.lock_key); END`,
      ),
    ],
  },
};
