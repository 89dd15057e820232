import { COLUMNS, stateBy } from '../history.js';

/** The database's present, in milliseconds, rounded down: not that of the statement's start. */
export const NOW = 'CAST(FLOOR(UNIX_TIMESTAMP(SYSDATE(6)) * 1000) AS SIGNED)';

/** Under this name the lock's table is made, so that it is never seen without its triggers. */
export const PREFIX = 'new_';

/**
 * With these columns each row knows its transaction, and the server notes for each of those when it
 * was committed.
 */
const TRANSACTION = [
  'row_start bigint unsigned GENERATED ALWAYS AS ROW START INVISIBLE',
  'row_end bigint unsigned GENERATED ALWAYS AS ROW END INVISIBLE',
  'PERIOD FOR SYSTEM_TIME (row_start, row_end)',
];

export const HISTORY_TABLES = [
  `CREATE TABLE lock_history (id bigint AUTO_INCREMENT PRIMARY KEY, at bigint NOT NULL,
    kind varchar(10) NOT NULL, name varchar(255) NOT NULL, before_state text, after_state text,
    ${TRANSACTION.join(', ')}) ENGINE = InnoDB CHARACTER SET utf8mb4 WITH SYSTEM VERSIONING`,
  `ALTER TABLE fenced_write ${TRANSACTION.map((each) => `ADD ${each}`).join(', ')},
    ADD SYSTEM VERSIONING`,
];

const INTO_HISTORY = 'INSERT INTO lock_history (at, kind, name, before_state, after_state)';

export const TRIGGERS = [
  `CREATE TRIGGER noted_insert AFTER INSERT ON ${PREFIX}marathon_lock FOR EACH ROW
    ${INTO_HISTORY} VALUES (${NOW}, 'insert', NEW.name, NULL, ${state('NEW')})`,
  // A row that was written as it was is noted too, as such: where a statement ends with one that is
  // not, the server (10.11) forgets to register its transaction.
  `CREATE TRIGGER noted_update AFTER UPDATE ON ${PREFIX}marathon_lock FOR EACH ROW
    ${INTO_HISTORY} VALUES (${NOW}, IF(${COLUMNS.map(
      (column) => `OLD.${column} <=> NEW.${column}`,
    ).join(' AND ')}, 'none', 'update'), NEW.name, ${state('OLD')}, ${state('NEW')})`,
  `CREATE TRIGGER noted_delete AFTER DELETE ON ${PREFIX}marathon_lock FOR EACH ROW
    ${INTO_HISTORY} VALUES (${NOW}, 'delete', OLD.name, ${state('OLD')}, NULL)`,
  `RENAME TABLE ${PREFIX}marathon_lock TO marathon_lock`,
];

/** With all others locked out, so that nothing stands between the note and the drop. */
export const DROP = [
  'LOCK TABLES marathon_lock WRITE, marathon_lock AS l READ, lock_history WRITE',
  `${INTO_HISTORY} SELECT ${NOW}, 'dropped', COALESCE(l.name, ''),
    IF(l.name IS NULL, NULL, ${state('l')}), NULL
    FROM (SELECT 1) always LEFT JOIN marathon_lock l ON true`,
  'DROP TABLE marathon_lock',
  'UNLOCK TABLES',
];

/**
 * A number that the server draws at the COMMIT, while all locks are still held, from the sequence
 * that also numbers transactions as they begin to write: so two that exclude each other have them in
 * the order of their commits. No two transactions have the same.
 */
const PLACED = (table: string): string =>
  `${table} r LEFT JOIN mysql.transaction_registry t ON t.transaction_id = r.row_start`;

export const CHANGES = `SELECT * FROM lock_history WHERE kind <> 'none' ORDER BY id`;
export const PLACED_CHANGES = `SELECT r.*, t.commit_id AS position FROM ${PLACED('lock_history')}
  WHERE r.kind IN ('insert', 'update')`;
export const PLACED_WRITES = `SELECT r.name, r.fence, t.commit_id AS position
  FROM ${PLACED('fenced_write')}`;

function state(row: string): string {
  return stateBy('JSON_OBJECT', row);
}
