import { RECORD } from './dialect.js';

/** The statement's start, the same wherever it is mentioned: so the conditions agree. */
export const STARTED = epochMs('UTC_TIMESTAMP(3)');
/**
 * The present, also after a wait for a row, which UTC_TIMESTAMP does not notice. It needs a session
 * whose time zone is UTC.
 */
export const NOW = epochMs('SYSDATE(3)');

/** What is read of a row, but for its owner. */
export const COLUMNS = ['lock_key', ...RECORD].join(', ');

/**
 * What a statement's meaning depends on: the sql_mode (MariaDB's SIMULTANEOUS_ASSIGNMENT changes what
 * assignments see, and only a strict mode refuses what it would have to cut short), the zone of
 * SYSDATE, and how long to wait for rows and table.
 *
 * Waits are in whole seconds. 0 is not to wait, where the server knows that: then a row that is
 * locked fails the batch, and not its deadline.
 */
export function settingsFor(lockWaitMs: number, leastSeconds: 0 | 1): Record<string, string> {
  const seconds = Math.floor(lockWaitMs / 1000);
  return {
    sql_mode: `'STRICT_ALL_TABLES'`,
    time_zone: `'+00:00'`,
    innodb_lock_wait_timeout: `${Math.max(leastSeconds, seconds)}`,
    lock_wait_timeout: `${Math.max(1, seconds)}`,
  };
}

/**
 * What people wrote is sent as hexadecimal digits. Drivers escape by backslashes, and under the
 * session's NO_BACKSLASH_ESCAPES a name could end its own quotes: a sql_mode that is set within the
 * statement comes too late, when the text is parsed. Nor does the connection's character set matter
 * so.
 */
export const UTF8 = 'CONVERT(UNHEX(?) USING utf8mb4)';

export function utf8(text: string): string {
  return Buffer.from(text).toString('hex');
}

function epochMs(clock: string): string {
  return `(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${clock}) DIV 1000)`;
}

export function repeat(members: readonly unknown[], text: string, separator = ', '): string {
  return members.map(() => text).join(separator);
}
