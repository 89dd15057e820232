import type { ReleaseAnswer } from './lock-store.js';

/**
 * One grant of a name to one holder, valid until `expiresAt` on the database's clock.
 *
 * @typeParam Manager - what a transaction's work is handed, which the core does not know
 */
export interface Lease<Manager = never> extends AsyncDisposable {
  /** What is locked. */
  readonly name: string;
  /** The number of this grant: higher than that of every earlier grant of the name. */
  readonly fence: number;
  /** When it was granted, by the database's clock. */
  readonly acquiredAt: Date;
  /** Until when it is granted, by the database's clock. Moves with each renewal. */
  readonly expiresAt: Date;
  /**
   * Fires before the lease ends early, and when the body is to stop for another reason. Pass it on
   * to what the body calls. Its reason is a `LeaseLostError`, a `MaxRuntimeError`, a
   * `MarathonClosingError` at shutdown, or that of the `signal` which the caller gave.
   */
  readonly signal: AbortSignal;
  /**
   * Gives the lease a new ttl, counted from now. It never ends sooner than it would have.
   *
   * @param ttl whole milliseconds, or a string such as `'90s'`; 100 ms to 24 days
   * @throws {LeaseLostError} if it is lost, or released
   * @throws {MaxRuntimeError} if its body has overrun its `maxRuntime`
   * @throws {LockStoreError} if the database failed; the lease stands as it was
   */
  extend(ttl: number | string): Promise<void>;
  /**
   * Runs `work` in a transaction of its own that commits only if no newer grant of the name has been
   * made: the one kind of write that is safe through any pause of this process. It runs on the
   * application's data source, at READ COMMITTED, and `work` has to use the manager that it is given.
   *
   * The lock's row is taken just before the COMMIT (on SQLite, which has one writer, at the start),
   * so `work` may take its time without blocking a renewal; on SQLite keep it shorter than the ttl.
   *
   * @throws {LeaseLostError} if the lease has ended: nothing of `work` remains
   * @throws {FencedTransactionError} if `work` has ended the transaction, changed its isolation level,
   *   or not awaited one inside of it
   * @throws {OwnTransactionError} on SQLite, if the application's only connection was in another
   *   transaction for all of 10 seconds
   * @throws whatever `work` or the database throws; it is rolled back then
   *
   * @example
   * await requireLease().transaction(async (manager) => {
   *   await manager.increment(Stock, { sku }, 'count', delivered);
   * });
   */
  transaction<T>(work: (manager: Manager) => Promise<T>): Promise<T>;
  /**
   * Gives the name back. Safe to repeat. PostgreSQL does not wait for its disk here: a server that
   * crashes within 0.6 s (three times `wal_writer_delay`) may keep the name taken until the ttl is
   * over.
   *
   * @returns `lost` if the lease had ended before
   * @throws {LockStoreError} if the database failed; call again, or let it expire
   */
  release(): Promise<ReleaseAnswer>;
  /** Releases. A failing database is told to the observers, and never masks what the block threw. */
  [Symbol.asyncDispose](): Promise<void>;
}
