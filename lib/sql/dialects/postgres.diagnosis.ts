import type { Diagnosis, DriverError } from './dialect.js';

/** Five characters of which one is a digit: EPIPE is none. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function diagnosePostgres({ code }: DriverError): Diagnosis {
  switch (code) {
    case '42P01': // undefined_table
    case '3F000': // invalid_schema_name
      return { outcome: 'refused', retryable: false, table: 'missing' };
    case '42703': // undefined_column
      return { outcome: 'refused', retryable: false, table: 'shape' };
    case '42501': // insufficient_privilege
      return { outcome: 'refused', retryable: false, table: 'grant' };
    case '40001': // serialization_failure
    case '40P01': // deadlock_detected
    case '55P03': // lock_not_available, by our lock_timeout
    case '57014': // query_canceled, by a statement_timeout
      return { outcome: 'refused', retryable: true };
    case '53300': // too_many_connections
    case '57P03': // cannot_connect_now
    case 'ECONNREFUSED':
      return { outcome: 'unsent', retryable: true };
    default: {
      // A SQLSTATE is the server's own verdict. What has none, or tells of a connection (class
      // 08) or of a server going down (class 57), leaves open whether the statement took effect.
      const verdict = SQLSTATE.test(String(code)) && !/^(08|57)/.test(String(code));
      return verdict
        ? { outcome: 'refused', retryable: false }
        : { outcome: 'unknown', retryable: true };
    }
  }
}
