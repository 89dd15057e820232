import { LockStoreError, type StoreOutcome } from '../../core/errors.js';
import type { FenceRequest } from '../../core/fenced-transactions.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  Grant,
  ListRequest,
  LockRecord,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  SeenLock,
} from '../../core/lock-store.js';
import { answersInOrder } from '../lock-key.js';

/** Text and values, as a driver takes them. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** Its text is one of few, call after call, so the server may keep it prepared. */
  readonly prepared?: boolean | undefined;
  /** Settings of the session, in SQL, that it depends on and that its text cannot carry. */
  readonly session?: Readonly<Record<string, string>> | undefined;
  /** It only looks what an earlier statement has done: if it fails, that remains unknown. */
  readonly afterwards?: boolean | undefined;
}

/** A row as a driver returns it. Bigints come as string, number or BigInt, so read them by Number(). */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The statements of one verb: yields each statement, is handed its rows, and returns the answers.
 * So a dialect never executes anything, and says in one place what it sends and how it reads it.
 */
export type Exchange<Answer> = Generator<Statement, Answer, readonly Row[]>;

/** What a database's error means for a lock. */
export interface Diagnosis {
  /** What became of the statement. */
  readonly outcome: StoreOutcome;
  /** Whether the same statement can succeed a moment later. */
  readonly retryable: boolean;
  /** What is wrong with the table, where that is the cause. */
  readonly table?: 'missing' | 'shape' | 'grant';
}

/** What is read of a driver's error. */
export interface DriverError {
  readonly code?: string | number | undefined;
  readonly errno?: string | number | undefined;
  readonly message: string;
}

/** One database's SQL for the port's verbs, over one table. Pure: text and values only. */
export interface Dialect {
  /** Takes the names that are mine or free. `lockWaitMs` bounds a wait for a row inside the server. */
  acquire(batch: readonly AcquireRequest[], lockWaitMs: number): Exchange<AcquireAnswer[]>;
  renew(batch: readonly RenewRequest[], lockWaitMs: number): Exchange<RenewAnswer[]>;
  release(batch: readonly ReleaseRequest[], lockWaitMs: number): Exchange<ReleaseAnswer[]>;
  inspect(names: readonly string[]): Exchange<(SeenLock | undefined)[]>;
  list(page: ListRequest): Exchange<SeenLock[]>;
  forceRelease(request: ForceReleaseRequest, lockWaitMs: number): Exchange<ForceReleaseAnswer>;
  /**
   * Inside a transaction of the application: keeps the lock's row from being granted anew before its
   * end, and tells whether the request's grant is still the latest one, and unreleased.
   */
  fence(request: FenceRequest, lockWaitMs: number): Exchange<boolean>;
  /** Creates the table unless it stands. May fail in a race with another instance's. */
  createTable(): Statement;
  /** Statements without effect that fail unless the columns and the grants are there. */
  probes(): Statement[];
  diagnose(error: DriverError): Diagnosis;
}

/** What a server turned out to be. */
export interface Server {
  /** What is spoken to it from now on. */
  readonly dialect: Dialect;
  /** What is no error, but should be known. */
  readonly warnings: readonly string[];
}

/**
 * What is spoken until the server has said what it is. Its table, its fence and its diagnosis are
 * right for every server that the driver reaches: migrations and fenced transactions do not ask.
 */
export interface OpeningDialect extends Dialect {
  /** @throws {UnsupportedDatabaseError} if it is none that is spoken here */
  checkServer(): Exchange<Server>;
}

/** Makes a dialect for a table, given as a path that is escaped already. */
export type DialectFactory = (table: string) => OpeningDialect;

/** What is read of a row to tell of its lock: all but the owner, and the key. */
export const RECORD = [
  'name',
  'instance',
  'fence',
  'acquired_at',
  'locked_until',
  'released_at',
  'last_tick',
] as const;

/** The probes in SQL that every dialect reads: selects, inserts and updates no row. */
export function emptyProbes(table: string): Statement[] {
  const columns = ['lock_key', 'owner', ...RECORD].join(', ');
  return [
    `SELECT ${columns} FROM ${table} WHERE 1 = 0`,
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE 1 = 0`,
    `UPDATE ${table} SET fence = fence WHERE 1 = 0`,
  ].map((text) => ({ text, parameters: [] }));
}

/** A lock's row as told to others: without its owner. */
export function recordOf(row: Row): LockRecord {
  const { name, instance } = row;
  return {
    name: String(name),
    instance: typeof instance === 'string' ? instance : '',
    fence: whole(row['fence']),
    acquiredAt: whole(row['acquired_at']),
    lockedUntil: whole(row['locked_until']),
    releasedAt: row['released_at'] == null ? undefined : whole(row['released_at']),
    lastTick: row['last_tick'] == null ? undefined : whole(row['last_tick']),
  };
}

/** The answer to a request whose owner the record shows. */
export function grantOf({ fence, acquiredAt, lockedUntil }: LockRecord): Grant {
  return { granted: true, fence, acquiredAt, expiresAt: lockedUntil };
}

/** The answer to an owner about a row that it released: in time, if the lease had not run out before. */
export function releaseOf(row: Row | undefined): ReleaseAnswer {
  return row && whole(row['locked_until']) >= whole(row['released_at']) ? 'released' : 'lost';
}

/** What is known of each name, from the rows of those that were ever taken. */
export function seenInOrder(
  names: readonly string[],
  rows: readonly Row[],
): (SeenLock | undefined)[] {
  const requests = names.map((name) => ({ name }));
  return answersInOrder(requests, rows, keyOf, (_request, row) => row && seenOf(row));
}

/** A row that was selected with the present as `now`. */
export function seenOf(row: Row): SeenLock {
  return { ...recordOf(row), seenAt: whole(row['now']) };
}

/** Whether the row shows that its grant was ended by this very request. */
export function forceReleaseOf(
  { owner }: ForceReleaseRequest,
  row: Row | undefined,
): ForceReleaseAnswer {
  return { released: row?.['owner'] === owner, record: row && recordOf(row) };
}

export function keyOf(row: Row): string {
  return String(row['lock_key']);
}

/** A driver that was taught to read numbers in its own way must not make a lock of them. */
export function whole(value: unknown): number {
  const number = Number(value);
  if (value !== null && Number.isSafeInteger(number)) return number;
  throw new LockStoreError(
    `The database's driver returned ${String(value)} where a whole number stands in the table. ` +
      `Look for a type parser that the application has set for big integers.`,
    { outcome: 'unknown', retryable: false },
  );
}
