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
const TURN_PAUSE_MS = 5;

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
      assertNoneInside(runner);
      return await this.#end(runner, request, value);
    } catch (error) {
      await rollBackAll(runner).catch(() => {});
      throw error;
    }
  }

  /**
   * SQLite has one writer, and TypeORM one connection to it. The check comes first as well, since it
   * is a write: from then on nobody else can write, a newer grant included.
   */
  async #runOnOneConnection<T>(
    runner: QueryRunner,
    request: FenceRequest,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<FencedAnswer<T>> {
    const isOurs = await retrying(systemClock, TURN_BOUND_MS, () => this.#begin(runner, request));
    if (!isOurs) return { committed: false };
    try {
      const value = await work(runner.manager);
      assertOpen(runner);
      await innermost(runner);
      return await this.#end(runner, request, value);
    } catch (error) {
      await innermost(runner);
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
      throw error;
    }
  }

  async #end<T>(runner: QueryRunner, request: FenceRequest, value: T): Promise<FencedAnswer<T>> {
    const committed = await this.#check(runner, request);
    await (committed ? runner.commitTransaction() : runner.rollbackTransaction());
    return committed ? { committed, value } : { committed };
  }

  /** Begins a transaction, unless there is one, which ours would become a savepoint of. */
  async #begin(runner: QueryRunner, request: FenceRequest): Promise<boolean> {
    const isTaken = runner.isTransactionActive || this.#backend.inTransaction?.(this.#dataSource);
    if (isTaken) throw new OwnTransactionError();
    await begin(runner);
    let isOurs = false;
    try {
      isOurs = await this.#check(runner, request);
    } finally {
      if (!isOurs) {
        await innermost(runner);
        await runner.rollbackTransaction();
      }
    }
    return isOurs;
  }
}

/** Asks the lock's table, past TypeORM's `query`, which would log the owner. */
function checkInDatabase(dataSource: DataSource, backend: Backend): Check {
  const table = tablePath(dataSource);
  const dialect = backend.dialect(table);
  return async (runner, request) => {
    // Nothing prepared: where that fails, there is no second try inside a transaction.
    const connection = await backend.connect(runner, 'inside', false);
    return drive(connection, dialect.fence(request, LOCK_WAIT_MS), (error) =>
      diagnosed(error, dialect, { table }),
    );
  };
}

function assertOpen(runner: QueryRunner): void {
  if (!runner.isTransactionActive) throw new FencedTransactionError('was ended by its work');
}

/** TypeORM counts transactions inside of transactions, and ends one of them a call. */
interface Nesting {
  isTransactionActive: boolean;
  transactionDepth: number;
}

function nestingOf(runner: QueryRunner): Nesting {
  return runner as unknown as Nesting;
}

/** The COMMIT would end the inner one alone, and the connection go back to its pool with the outer. */
function assertNoneInside(runner: QueryRunner): void {
  if (nestingOf(runner).transactionDepth <= 1) return;
  throw new FencedTransactionError('has another one inside that its work did not await');
}

/**
 * Of inner ones too. TypeORM would end the innermost alone, by the name of its savepoint, which is
 * wrong once several were begun at the same time: and the rest would go back to the pool, open.
 */
async function rollBackAll(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  nestingOf(runner).transactionDepth = 1;
  await runner.rollbackTransaction();
}

/**
 * As `startTransaction()` does it, but with the nesting told at once and not after the BEGIN: a
 * transaction that the application begins meanwhile would send a BEGIN of its own, and when that
 * fails, roll ours back.
 */
async function begin(runner: QueryRunner): Promise<void> {
  const nesting = nestingOf(runner);
  Object.assign(nesting, { isTransactionActive: true, transactionDepth: 1 });
  try {
    await runner.query('BEGIN TRANSACTION');
  } catch (error) {
    Object.assign(nesting, { isTransactionActive: false, transactionDepth: 0 });
    throw error;
  }
}

/**
 * Waits for what the application has begun meanwhile on the one connection: that is a savepoint of
 * ours, and whichever of the two ends first would end that savepoint, and leave the rest open.
 * There is no bound, since all that could be done instead is to undo what is somebody else's.
 */
async function innermost(runner: QueryRunner): Promise<void> {
  while (nestingOf(runner).transactionDepth > 1) await systemClock.pause(TURN_PAUSE_MS);
}
