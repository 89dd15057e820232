import type { DataSource } from 'typeorm';
import { systemClock } from '../core/clock.js';
import type { LockStore } from '../core/lock-store.js';
import { retrying } from '../core/retry.js';
import { dedicatedDataSource, mustShare } from './dedicated-data-source.js';
import { backendOf } from './registry.js';
import { tablePath } from './table-path.js';
import { TypeOrmLockStore } from './typeorm-lock-store.js';

/** As patient as TypeOrmModule is by default: a database may start together with its application. */
const OPEN_BOUND_MS = 30_000;

/** How a store is opened. */
export interface OpenOptions {
  /** `dedicated`: connections of our own. `shared`: those of the application's pool. */
  readonly connection: 'dedicated' | 'shared';
  /** Whether a table that is missing is created, or is an error. */
  readonly createTable: boolean;
  /** Whether the server may keep statements prepared, where that spares it work. */
  readonly preparedStatements: boolean;
  /** Told what is no error, but should be known. */
  readonly warn: (message: string) => void;
}

/**
 * Opens the store of an application's data source, with a table that can be used.
 *
 * @throws {UnsupportedDatabaseError} if the database is none that is spoken here
 * @throws {LockTableError} if the table is missing, differs, or may not be used
 * @throws {LockStoreError} if the database cannot be reached for half a minute
 */
export async function openLockStore(
  shared: DataSource,
  { connection, createTable, preparedStatements, warn }: OpenOptions,
): Promise<LockStore> {
  const backend = backendOf(shared);
  const dedicated = connection === 'dedicated' && !mustShare(shared);
  const dataSource = dedicated ? dedicatedDataSource(shared, backend) : shared;
  const store = new TypeOrmLockStore({
    backend,
    dataSource,
    dedicated,
    preparedStatements,
    table: tablePath(shared),
    blockedByOwn: () => backend.inTransaction?.(shared) ?? false,
  });
  let failures = 0;
  try {
    const warnings = await retrying(
      systemClock,
      OPEN_BOUND_MS,
      () => store.open(createTable),
      (error) => {
        failures += 1;
        if (error.retryable && failures === 1)
          warn(`Waiting for the locks' database. ${error.message}`);
      },
    );
    warnings.forEach(warn);
    return store;
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}
