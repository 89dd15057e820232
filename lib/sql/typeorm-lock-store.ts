import type { DataSource } from 'typeorm';
import { LockStoreError } from '../core/errors.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  ListRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  SeenLock,
} from '../core/lock-store.js';
import type { Connection } from './connections/connection.js';
import type { Dialect, Exchange, Statement } from './dialects/dialect.js';
import { diagnosed, drive } from './exchange.js';
import type { Backend } from './registry.js';
import { LockTableError } from './sql.errors.js';

/** Of a call's time the server may spend this much waiting for a row, so that it answers in time. */
const LOCK_WAIT_SHARE = 0.5;
/** At start-up nobody is in a hurry, and a server may be busy with the first of many. */
const OPEN_TIMEOUT_MS = 10_000;

/** What a store is made of. */
export interface TypeOrmLockStoreParts {
  /** Where the statements run. */
  readonly dataSource: DataSource;
  /** Whether that data source is ours alone: then it is closed with the store. */
  readonly dedicated: boolean;
  readonly backend: Backend;
  /** The table as the application's data source names it. */
  readonly table: string;
  /** Whether the server may keep statements prepared. */
  readonly preparedStatements: boolean;
  /** Whether the application has a transaction open that keeps everybody else from writing. */
  readonly blockedByOwn?: (() => boolean) | undefined;
}

/** The port over TypeORM's connections: runs a dialect's statements, and ends each call in time. */
export class TypeOrmLockStore implements LockStore {
  readonly #parts: TypeOrmLockStoreParts;
  #dialect: Dialect;
  readonly #storeError: (error: unknown) => LockStoreError;

  constructor(parts: TypeOrmLockStoreParts) {
    this.#parts = parts;
    this.#dialect = parts.backend.dialect(parts.table);
    this.#storeError = (error) => diagnosed(error, this.#dialect, parts);
  }

  acquire(
    batch: readonly AcquireRequest[],
    timeoutMs: number,
    lockWaitMs = usualLockWaitMs(timeoutMs),
  ): Promise<AcquireAnswer[]> {
    return this.#run(timeoutMs, this.#dialect.acquire(batch, lockWaitMs));
  }

  renew(
    batch: readonly RenewRequest[],
    timeoutMs: number,
    lockWaitMs = usualLockWaitMs(timeoutMs),
  ): Promise<RenewAnswer[]> {
    return this.#run(timeoutMs, this.#dialect.renew(batch, lockWaitMs));
  }

  release(
    batch: readonly ReleaseRequest[],
    timeoutMs: number,
    lockWaitMs = usualLockWaitMs(timeoutMs),
  ): Promise<ReleaseAnswer[]> {
    return this.#run(timeoutMs, this.#dialect.release(batch, lockWaitMs));
  }

  async inspect(names: readonly string[], timeoutMs: number): Promise<(SeenLock | undefined)[]> {
    if (names.length === 0) return [];
    return this.#run(timeoutMs, this.#dialect.inspect(names));
  }

  list(page: ListRequest, timeoutMs: number): Promise<SeenLock[]> {
    return this.#run(timeoutMs, this.#dialect.list(page));
  }

  forceRelease(request: ForceReleaseRequest, timeoutMs: number): Promise<ForceReleaseAnswer> {
    return this.#run(timeoutMs, this.#dialect.forceRelease(request, usualLockWaitMs(timeoutMs)));
  }

  /**
   * Connects, and makes sure that the server and the table can be used. May be repeated.
   *
   * @returns what is no error, but should be known
   */
  async open(createTable: boolean): Promise<readonly string[]> {
    const { backend, dataSource, dedicated, table } = this.#parts;
    if (dedicated && !dataSource.isInitialized) {
      await this.#connect();
    }
    const check = backend.dialect(table).checkServer();
    const { dialect, warnings } = await this.#run(OPEN_TIMEOUT_MS, check);
    this.#dialect = dialect;
    try {
      await this.#execute(this.#dialect.probes());
    } catch (error) {
      if (!createTable || !isMissing(error)) throw error;
      await this.#createTable();
    }
    return warnings;
  }

  /**
   * Never fails, so that an application can end while its database is away: mysql2 rejects where a
   * connection is still being made, and the others are closed all the same.
   */
  async close(): Promise<void> {
    const { dataSource, dedicated } = this.#parts;
    if (dedicated && dataSource.isInitialized) await dataSource.destroy().catch(() => {});
  }

  /** TypeORM sends statements of its own when it connects, and sets no bound to them. */
  async #connect(): Promise<void> {
    const { dataSource } = this.#parts;
    const { late, cancel } = this.#deadline(OPEN_TIMEOUT_MS, () => undefined);
    const connected = dataSource.initialize().catch((error: unknown) => {
      throw this.#storeError(error);
    });
    await Promise.race([connected, late]).finally(cancel);
  }

  /** Of instances that start together all but one may fail here: what counts is that it stands then. */
  async #createTable(): Promise<void> {
    let failure: LockStoreError | undefined;
    await this.#execute([this.#dialect.createTable()]).catch((error: LockStoreError) => {
      failure = error;
    });
    await this.#execute(this.#dialect.probes()).catch((error: unknown) => {
      if (!failure || !isMissing(error)) throw error;
      if (failure.retryable) throw failure;
      throw new LockTableError('uncreated', this.#parts.table, { cause: failure.cause });
    });
  }

  #execute(statements: readonly Statement[]): Promise<void> {
    return this.#run(OPEN_TIMEOUT_MS, inTurn(statements));
  }

  /**
   * Runs an exchange on one connection, within `timeoutMs`. What has not ended by then is cut off:
   * two connections that went silent would otherwise hold our pool, and every later call, for good.
   */
  async #run<Answer>(timeoutMs: number, exchange: Exchange<Answer>): Promise<Answer> {
    const { backend, dataSource, dedicated, preparedStatements } = this.#parts;
    const { late, cancel } = this.#deadline(timeoutMs, () => connection);
    const runner = dataSource.createQueryRunner('master');
    const place = dedicated ? 'own' : 'shared';
    const borrowed = backend.connect(runner, place, preparedStatements).catch((error: unknown) => {
      throw this.#storeError(error);
    });
    let connection: Connection | undefined;
    try {
      connection = await Promise.race([borrowed, late]);
      return await Promise.race([drive(connection, exchange, this.#storeError), late]);
    } finally {
      const isCutOff = cancel();
      if (!connection) borrowed.then((tooLate) => tooLate.release()).catch(() => {});
      else if (!isCutOff) connection.release();
    }
  }

  /** A promise that rejects when the time is over, after which the connection is cut off. */
  #deadline(
    timeoutMs: number,
    connectionOf: () => Connection | undefined,
  ): { late: Promise<never>; cancel: () => boolean } {
    let isCutOff = false;
    let timer: NodeJS.Timeout;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const connection = connectionOf();
        isCutOff = connection !== undefined;
        reject(this.#timeout(timeoutMs, isCutOff));
        connection?.destroy();
      }, timeoutMs);
    });
    return {
      late,
      cancel() {
        clearTimeout(timer);
        return isCutOff;
      },
    };
  }

  #timeout(timeoutMs: number, sent: boolean): LockStoreError {
    return new LockStoreError(
      sent
        ? `The database did not answer within ${timeoutMs} ms, so the connection was cut. Look for ` +
            `a network that drops packets, or for what holds rows of ${this.#parts.table}.`
        : `No connection to the database could be had within ${timeoutMs} ms. Look whether it is ` +
            `up, and whether it or its pool has connections left.`,
      { outcome: sent ? 'unknown' : 'unsent', retryable: true },
    );
  }
}

function* inTurn(statements: readonly Statement[]): Exchange<void> {
  for (const statement of statements) yield statement;
}

function isMissing(error: unknown): boolean {
  return error instanceof LockTableError && error.code === 'MARATHON_TABLE_MISSING';
}

function usualLockWaitMs(timeoutMs: number): number {
  return Math.max(1, Math.floor(timeoutMs * LOCK_WAIT_SHARE));
}
