import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { openLockStore, type OpenOptions } from '../../../lib/sql/open-lock-store.js';
import { createDatabase, type Dialect, type TestDatabase } from '../../support/databases.js';
import { discreet } from './discreet-store.js';
import type { SqlHarness, StoredRow } from './harness.js';
import { oracles } from './oracles.js';

export interface SqlSetup {
  /** Whose connections the store uses: its own, unless said otherwise. */
  readonly connection?: 'dedicated' | 'shared';
  /** What the application's data source is given besides the address. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Changes the database before the store is opened. */
  readonly prepare?: (database: TestDatabase) => Promise<void>;
  /** Changes the database once the table stands. */
  readonly prepareTable?: (database: TestDatabase) => Promise<void>;
}

/** A store over the table of a new database. */
export async function openSql(dialect: Dialect, setup: SqlSetup = {}): Promise<SqlHarness> {
  return openSqlOn(await createDatabase(dialect), setup);
}

/** @param only the application's data source, where the database lives in it and in no other */
export async function openSqlOn(
  database: TestDatabase,
  setup: SqlSetup,
  only?: DataSource,
): Promise<SqlHarness> {
  await setup.prepare?.(database);
  const application = only ?? (await newApplication(database, setup.options));
  const store = await openStore(application, { connection: setup.connection ?? 'dedicated' });
  await setup.prepareTable?.(database);
  return new Table({ database, setup, application, store, only });
}

export function newApplication(
  { options }: TestDatabase,
  more: Readonly<Record<string, unknown>> = {},
): Promise<DataSource> {
  return new DataSource({ ...options, ...more } as DataSourceOptions).initialize();
}

/** Opens a store as the module does, and watches what it tells. */
export async function openStore(
  application: DataSource,
  options: Partial<OpenOptions> = {},
): Promise<LockStore> {
  return discreet(
    await openLockStore(application, {
      connection: 'dedicated',
      createTable: true,
      preparedStatements: true,
      warn: () => {},
      ...options,
    }),
  );
}

interface Parts {
  readonly database: TestDatabase;
  readonly setup: SqlSetup;
  readonly application: DataSource;
  readonly store: LockStore;
  readonly only: DataSource | undefined;
}

class Table implements SqlHarness {
  readonly #parts: Parts;
  readonly #applications: DataSource[];
  readonly #stores: LockStore[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#applications = parts.only ? [] : [parts.application];
    this.#stores = [parts.store];
  }

  get store(): LockStore {
    return this.#parts.store;
  }

  get database(): TestDatabase {
    return this.#parts.database;
  }

  get application(): DataSource {
    return this.#parts.application;
  }

  async another(): Promise<LockStore> {
    const { application, database, only, setup } = this.#parts;
    const connection = setup.connection ?? 'dedicated';
    let other = application;
    if (connection === 'shared' && !only) {
      other = await newApplication(database, setup.options);
      this.#applications.push(other);
    }
    const store = await openStore(other, { connection });
    this.#stores.push(store);
    return store;
  }

  async now(): Promise<number> {
    const { dialect } = this.database;
    const [row] = await this.database.query<{ now: number }>(oracles[dialect].now);
    return row!.now;
  }

  async reach(at: number): Promise<void> {
    for (;;) {
      const nowAt = await this.now();
      if (nowAt >= at) return;
      await pause(at - nowAt);
    }
  }

  /** Moves the rows into the past: from where they stand, that is the same. */
  async elapse(ms: number): Promise<void> {
    await this.database.query(
      `UPDATE marathon_lock SET acquired_at = acquired_at - ?, locked_until = locked_until - ?,
        released_at = released_at - ?`,
      [ms, ms, ms],
    );
  }

  rows(): Promise<StoredRow[]> {
    return this.database.query<StoredRow>('SELECT * FROM marathon_lock');
  }

  /** Compared here too, since some databases think that names are equal which are not. */
  async row(name: string): Promise<StoredRow | undefined> {
    const alike = await this.database.query<StoredRow>(
      'SELECT * FROM marathon_lock WHERE name = ?',
      [name],
    );
    return alike.find((row) => row.name === name);
  }

  async change(name: string, values: Partial<StoredRow>): Promise<void> {
    const assignments = Object.keys(values).map((column) => `${column} = ?`);
    await this.database.query(`UPDATE marathon_lock SET ${assignments.join(', ')} WHERE name = ?`, [
      ...Object.values(values),
      name,
    ]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    await Promise.all(this.#applications.map((application) => application.destroy()));
    await this.database.drop();
  }
}
