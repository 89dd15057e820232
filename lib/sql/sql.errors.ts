import { LockStoreError, MarathonError } from '../core/errors.js';

/** The data source's database is none of those that this package speaks. Thrown at start-up. */
export class UnsupportedDatabaseError extends MarathonError {
  readonly code = 'MARATHON_UNSUPPORTED_DATABASE';

  constructor(database: string) {
    super(
      `A lock's table cannot be kept in ${database}. Supported are PostgreSQL from 13 on, MariaDB from ` +
        `10.5 on, MySQL from 8.0 on, and SQLite (better-sqlite3 or sql.js): give MarathonModule the name of such a data ` +
        `source, or { enabled: false } for one process without a database.`,
    );
  }
}

const CODES = {
  missing: 'MARATHON_TABLE_MISSING',
  uncreated: 'MARATHON_TABLE_MISSING',
  shape: 'MARATHON_TABLE_SHAPE',
  grant: 'MARATHON_TABLE_GRANT',
} as const;

/** The lock's table is missing, has other columns, or may not be used. `code` tells which. */
export class LockTableError extends LockStoreError {
  override readonly code: (typeof CODES)[keyof typeof CODES];

  constructor(
    trouble: 'missing' | 'uncreated' | 'shape' | 'grant',
    table: string,
    options?: ErrorOptions,
  ) {
    super(
      {
        missing:
          `The table ${table} does not exist. Run the migration (add marathonMigrations to the ` +
          `data source's migrations), or let the module create it: createTable: true, with a ` +
          `database user who may create tables there.`,
        uncreated:
          `The table ${table} does not exist, and could not be created` +
          `${options?.cause instanceof Error ? ` (${options.cause.message})` : ''}. Run the migration ` +
          `(marathonMigrations) as a user who may create tables, or let this one: on PostgreSQL, ` +
          `GRANT CREATE ON SCHEMA … TO it.`,
        shape:
          `The table ${table} lacks a column of the lock's table. Compare it with the entity ` +
          `MarathonLock: drop a table that is not ours, or alter one that was changed.`,
        grant:
          `The database user may not use the table ${table}. ` +
          `GRANT SELECT, INSERT, UPDATE ON ${table} to it.`,
      }[trouble],
      { ...options, outcome: 'refused', retryable: false },
    );
    this.code = CODES[trouble];
  }
}

/**
 * A write to the lock's table met a transaction that this application keeps open on the same SQLite
 * database, so it could not be made before that transaction ends.
 */
export class OwnTransactionError extends LockStoreError {
  override readonly code = 'MARATHON_OWN_TRANSACTION';

  constructor(options?: ErrorOptions) {
    super(
      'SQLite has one writer at a time, and this application has a transaction open on the same ' +
        'database. Take the lock, or begin the transaction of a lease, before that one begins or ' +
        'after it has ended.',
      { ...options, outcome: 'refused', retryable: true },
    );
  }
}

/**
 * A fenced transaction cannot keep its promise, because its work has changed the transaction itself.
 * What was left of it was rolled back.
 */
export class FencedTransactionError extends MarathonError {
  readonly code = 'MARATHON_FENCED_TRANSACTION';

  constructor(what: string) {
    super(
      `The transaction of a lease ${what}, so what is left of it was rolled back. Leave it as it was ` +
        `begun, at READ COMMITTED, with no COMMIT, ROLLBACK or SET TRANSACTION inside of its work, ` +
        `and await all that is begun in it.`,
    );
  }
}

/** Some messages quote a value that does not fit its column. */
const OWNER = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

interface DriverFailure {
  readonly message: string;
  readonly code: unknown;
  readonly errno: unknown;
  readonly errors: readonly Error[];
}

/** A driver's error without what it may quote of the statement: an owner is nobody else's business. */
export function withoutStatement(error: unknown): Error {
  const { message, code, errno, errors } = error as Partial<DriverFailure>;
  // Node tries each address of a host, and tells of all of them in an error without a message.
  const told = message || errors?.map((each) => each.message).join('; ') || String(code ?? error);
  return Object.assign(new Error(told.replaceAll(OWNER, '…')), {
    ...(code !== undefined && { code }),
    ...(errno !== undefined && { errno }),
  });
}
