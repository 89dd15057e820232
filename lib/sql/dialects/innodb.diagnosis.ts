import type { Diagnosis, DriverError } from './dialect.js';

/**
 * https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference and
 * https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html: from 3000 on MySQL's own.
 */
export function diagnoseInnodb({ code, errno }: DriverError): Diagnosis {
  switch (code === 'ECONNREFUSED' ? code : Number(errno)) {
    case 1049: // ER_BAD_DB_ERROR
    case 1146: // ER_NO_SUCH_TABLE
      return { outcome: 'refused', retryable: false, table: 'missing' };
    case 1054: // ER_BAD_FIELD_ERROR
      return { outcome: 'refused', retryable: false, table: 'shape' };
    case 1044: // ER_DBACCESS_DENIED_ERROR
    case 1142: // ER_TABLEACCESS_DENIED_ERROR
    case 1143: // ER_COLUMNACCESS_DENIED_ERROR
      return { outcome: 'refused', retryable: false, table: 'grant' };
    case 1020: // ER_CHECKREAD, by innodb_snapshot_isolation
    case 1205: // ER_LOCK_WAIT_TIMEOUT, by our bounds
    case 1213: // ER_LOCK_DEADLOCK
    case 1317: // ER_QUERY_INTERRUPTED
    case 1969: // ER_STATEMENT_TIMEOUT
    case 3024: // ER_QUERY_TIMEOUT, of a SELECT
    case 3101: // ER_TRANSACTION_ROLLBACK_DURING_COMMIT, by group replication
      return { outcome: 'refused', retryable: true };
    case 1040: // ER_CON_COUNT_ERROR
    case 1203: // ER_TOO_MANY_USER_CONNECTIONS
    case 1226: // ER_USER_LIMIT_REACHED
    case 'ECONNREFUSED':
      return { outcome: 'unsent', retryable: true };
    default:
      return isVerdict(Number(errno))
        ? { outcome: 'refused', retryable: false }
        : { outcome: 'unknown', retryable: true };
  }
}

/**
 * Whether an error is the server's answer to the statement. What has no number of the server's, or
 * tells of a shutdown, a connection or a COMMIT that failed, leaves open whether it took effect.
 */
function isVerdict(errno: number): boolean {
  if (errno === 1053 || (errno >= 1077 && errno <= 1080)) return false; // shutdown
  if (errno === 1927 || (errno >= 1152 && errno <= 1161)) return false; // killed, or cut off
  if (errno === 1180) return false; // ER_ERROR_DURING_COMMIT
  if (errno === 3169 || errno === 4031) return false; // killed, or cut off for being idle
  return (errno >= 1000 && errno < 2000) || errno >= 3000;
}
