import type { Statement } from './dialect.js';

/**
 * What a statement's meaning depends on is set for it alone, and the session stays as it was: the
 * sql_mode (SIMULTANEOUS_ASSIGNMENT changes what assignments see, and only a strict mode refuses
 * what it would have to cut short), the zone of SYSDATE, and how long to wait for rows and table.
 */
export function statement(
  lockWaitMs: number,
  text: string,
  parameters: readonly unknown[],
): Statement {
  // Whole seconds, and 0 is not to wait: then a row that is locked fails the batch, not its deadline.
  const seconds = Math.floor(lockWaitMs / 1000);
  return {
    text: `SET STATEMENT sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00',
  innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${Math.max(1, seconds)} FOR\n${text}`,
    parameters,
  };
}

/**
 * What people wrote is sent as hexadecimal digits. Drivers escape by backslashes, and under the
 * session's NO_BACKSLASH_ESCAPES a name could end its own quotes: our sql_mode comes too late, when
 * the text is parsed. Nor does the connection's character set matter so.
 */
export const UTF8 = 'CONVERT(UNHEX(?) USING utf8mb4)';

export function utf8(text: string): string {
  return Buffer.from(text).toString('hex');
}

export function epochMs(clock: string): string {
  return `(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${clock}) DIV 1000)`;
}

export function repeat(members: readonly unknown[], text: string, separator = ', '): string {
  return members.map(() => text).join(separator);
}
