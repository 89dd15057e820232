import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { systemClock } from '../core/clock.js';
import type {
  FencedAnswer,
  FencedTransactions,
  FenceRequest,
} from '../core/fenced-transactions.js';
import { retrying } from '../core/retry.js';
import { diagnosed, drive } from './exchange.js';
import { backendOf, type Backend } from './registry.js';
import { FencedTransactionError, OwnTransactionError } from './sql.errors.js';
import { tablePath } from './table-path.js';

/** How long the check may wait for the lock's row, which only single statements lock. */
const LOCK_WAIT_MS = 5_000;
/** How long to wait for the application's own transactions on SQLite, and for its one writer. */
const TURN_BOUND_MS = 10_000;

/** Tells whether a grant is the latest one, and keeps it so until the transaction's end. */
type Check = (runner: QueryRunner, request: FenceRequest) => Promise<boolean>;

/** Fenced transactions on an application's data source. */
export class TypeOrmFencedTransactions implements FencedTransactions {
  readonly #dataSource: DataSource;
  readonly #backend: Backend;
  readonly #check: Check;

  /** @param check for locks that are not in the data source's database */
  constructor(dataSource: DataSource, check?: Check) {
    this.#dataSource = dataSource;
    this.#backend = backendOf(dataSource);
    this.#check = check ?? checkInDatabase(dataSource, this.#backend);
  }

  run<T>(request: FenceRequest, typed: (manager: never) => Promise<T>): Promise<FencedAnswer<T>> {
    const work = typed as (manager: EntityManager) => Promise<T>;
    const runner = this.#dataSource.createQueryRunner('master');
    const hasOneConnection = this.#backend.inTransaction !== undefined;
    return hasOneConnection
      ? this.#runOnOneConnection(runner, request, work)
      : this.#run(runner, request, work).finally(() => runner.release());
  }

  /** The check comes last: at the start it would block our own renewals for as long as the work. */
  async #run<T>(
    runner: QueryRunner,
    request: FenceRequest,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<FencedAnswer<T>> {
    try {
      await runner.startTransaction('READ COMMITTED');
      const value = await work(runner.manager);
      assertOpen(runner);
      const committed = await this.#check(runner, request);
      await (committed ? runner.commitTransaction() : runner.rollbackTransaction());
      return committed ? { committed, value } : { committed };
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
      throw error;
    }
  }

  /**
   * SQLite has one writer, and TypeORM one connection to it. The check comes first, since it is a
   * write: from then on nobody else can write, a newer grant included.
   */
  async #runOnOneConnection<T>(
    runner: QueryRunner,
    request: FenceRequest,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<FencedAnswer<T>> {
    if (!(await inTurn(() => this.#begin(runner, request)))) return { committed: false };
    try {
      const value = await work(runner.manager);
      assertOpen(runner);
      await inTurn(async () => assertInnermost(runner));
      await runner.commitTransaction();
      return { committed: true, value };
    } catch (error) {
      await inTurn(async () => assertInnermost(runner)).catch(() => {});
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
      throw error;
    }
  }

  /** Begins a transaction, unless there is one, which ours would become a savepoint of. */
  async #begin(runner: QueryRunner, request: FenceRequest): Promise<boolean> {
    const isTaken = runner.isTransactionActive || this.#backend.inTransaction?.(this.#dataSource);
    if (isTaken) throw new OwnTransactionError();
    await runner.startTransaction();
    let isOurs = false;
    try {
      isOurs = await this.#check(runner, request);
    } finally {
      if (!isOurs) await runner.rollbackTransaction();
    }
    return isOurs;
  }
}

/** Asks the lock's table, past TypeORM's `query`, which would log the owner. */
function checkInDatabase(dataSource: DataSource, backend: Backend): Check {
  const table = tablePath(dataSource);
  const dialect = backend.dialect(table);
  return async (runner, request) => {
    const connection = await backend.connect(runner, 'inside');
    return drive(connection, dialect.fence(request, LOCK_WAIT_MS), (error) =>
      diagnosed(error, dialect, { table }),
    );
  };
}

function inTurn<T>(call: () => Promise<T>): Promise<T> {
  return retrying(systemClock, TURN_BOUND_MS, call, () => {});
}

function assertOpen(runner: QueryRunner): void {
  if (!runner.isTransactionActive) throw new FencedTransactionError('was ended by its work');
}

/**
 * A transaction that the application begins meanwhile on the one connection becomes a savepoint of
 * ours, and whichever of the two ends first would end that savepoint, and leave the rest open.
 */
function assertInnermost(runner: QueryRunner): void {
  const { transactionDepth = 1 } = runner as { transactionDepth?: number };
  if (transactionDepth > 1) throw new OwnTransactionError();
}
