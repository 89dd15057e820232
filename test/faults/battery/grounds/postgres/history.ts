import { stateBy } from '../history.js';

/** The database's present, in milliseconds, rounded down. */
export const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export const HISTORY_TABLE = [
  `CREATE TABLE lock_history (id bigserial PRIMARY KEY, at bigint NOT NULL, kind text NOT NULL,
    name text NOT NULL, before_state text, after_state text)`,
  // By the rights of who made it: the application cannot write here by itself.
  `CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO lock_history (at, kind, name, before_state, after_state) VALUES (
      ${NOW}, lower(TG_OP),
      CASE TG_OP WHEN 'DELETE' THEN OLD.name ELSE NEW.name END,
      CASE TG_OP WHEN 'INSERT' THEN NULL ELSE ${state('OLD')} END,
      CASE TG_OP WHEN 'DELETE' THEN NULL ELSE ${state('NEW')} END);
    RETURN NULL; END $$`,
];

/** What goes with the lock's table when it is dropped. */
export const TRIGGERS = [
  `CREATE TRIGGER noted AFTER INSERT OR DELETE ON marathon_lock
    FOR EACH ROW EXECUTE FUNCTION note_change()`,
  `CREATE TRIGGER noted_update AFTER UPDATE ON marathon_lock
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_change()`,
];

/** In one transaction, so that nothing stands between the note and the drop. */
export const DROP = [
  'BEGIN',
  'LOCK TABLE marathon_lock IN ACCESS EXCLUSIVE MODE',
  `INSERT INTO lock_history (at, kind, name, before_state)
    SELECT ${NOW}, 'dropped', COALESCE(l.name, ''), CASE WHEN l.name IS NOT NULL THEN ${state('l')} END
    FROM (SELECT) always LEFT JOIN marathon_lock l ON true`,
  'DROP TABLE marathon_lock',
  'COMMIT',
];

/**
 * Microseconds on the server's clock, taken at the COMMIT while all locks are still held. So of two
 * transactions that exclude each other the second has the greater, if the clock does not step; of
 * two that run side by side within a microsecond it is not certain which was first, and where they
 * are equal nobody shall say so.
 */
const POSITION =
  '(extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS position';

export const CHANGES = 'SELECT * FROM lock_history ORDER BY id';
export const PLACED_CHANGES = `SELECT *, ${POSITION} FROM lock_history
  WHERE kind IN ('insert', 'update')`;
export const PLACED_WRITES = `SELECT name, fence, ${POSITION} FROM fenced_write`;

function state(row: string): string {
  return `${stateBy('json_build_object', row)}::text`;
}
