import { COLUMNS, stateBy } from '../history.js';

/** The database's present, in milliseconds, rounded down. The number itself is a whole one. */
export const NOW = `CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)`;

const INTO_HISTORY = 'INSERT INTO lock_history (at, kind, name, before_state, after_state)';

/**
 * Fenced writes are in the history too, whose numbers are the order of commits: a transaction that
 * writes excludes all others until its end, and one that is rolled back gives its numbers back.
 */
export const HISTORY_TABLE = [
  `CREATE TABLE lock_history (id integer PRIMARY KEY AUTOINCREMENT, at integer NOT NULL,
    kind text NOT NULL, name text NOT NULL, before_state text, after_state text)`,
  `CREATE TRIGGER noted_write AFTER INSERT ON fenced_write BEGIN
    ${INTO_HISTORY} VALUES (${NOW}, 'fenced-write', NEW.name, NULL, NEW.fence); END`,
];

/** What goes with the lock's table when it is dropped. */
export const TRIGGERS = [
  `CREATE TRIGGER noted_insert AFTER INSERT ON marathon_lock BEGIN
    ${INTO_HISTORY} VALUES (${NOW}, 'insert', NEW.name, NULL, ${state('NEW')}); END`,
  `CREATE TRIGGER noted_update AFTER UPDATE ON marathon_lock
    WHEN ${COLUMNS.map((column) => `OLD.${column} IS NOT NEW.${column}`).join(' OR ')} BEGIN
    ${INTO_HISTORY} VALUES (${NOW}, 'update', NEW.name, ${state('OLD')}, ${state('NEW')}); END`,
  `CREATE TRIGGER noted_delete AFTER DELETE ON marathon_lock BEGIN
    ${INTO_HISTORY} VALUES (${NOW}, 'delete', OLD.name, ${state('OLD')}, NULL); END`,
];

export const DROP = [
  `${INTO_HISTORY} SELECT ${NOW}, 'dropped', COALESCE(l.name, ''),
    CASE WHEN l.name IS NOT NULL THEN ${state('l')} END, NULL
    FROM (SELECT 1) always LEFT JOIN marathon_lock l ON true`,
  'DROP TABLE marathon_lock',
];

export const CHANGES = `SELECT * FROM lock_history WHERE kind <> 'fenced-write' ORDER BY id`;
export const PLACED_CHANGES = `SELECT *, id AS position FROM lock_history
  WHERE kind IN ('insert', 'update')`;
export const PLACED_WRITES = `SELECT name, CAST(after_state AS INTEGER) AS fence, id AS position
  FROM lock_history WHERE kind = 'fenced-write'`;

function state(row: string): string {
  return stateBy('json_object', row);
}
