import { afterAll, beforeAll } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { LockStore } from '../../../lib/core/lock-store.js';
import type { TestDatabase } from '../../support/databases.js';

/** A store under test, and what a test may do around it. */
export interface Harness {
  readonly store: LockStore;

  /** The store of another instance of the application, over the same locks. */
  another(): Promise<LockStore>;

  /** What the store's own clock shows. */
  now(): Promise<number>;

  /** Resolves once the store's own clock shows this instant. */
  reach(at: number): Promise<void>;

  /** Lets this much time pass for all locks, without waiting for it. Ticks keep their labels. */
  elapse(ms: number): Promise<void>;

  /** What lies in the store for a name: read by SQL of the tests where there is a table. */
  row(name: string): Promise<StoredRow | undefined>;

  close(): Promise<void>;
}

/** As it lies in the table. The memory store shows no owner. */
export interface StoredRow {
  readonly name: string;
  readonly owner?: string | null;
  readonly instance: string | null;
  readonly fence: number;
  readonly acquired_at: number;
  readonly locked_until: number;
  readonly released_at: number | null;
  readonly last_tick: number | null;
}

/** A store over a table. */
export interface SqlHarness extends Harness {
  readonly database: TestDatabase;

  /** The application's own data source, whose database the store uses. */
  readonly application: DataSource;

  /** Every row of the table. */
  rows(): Promise<StoredRow[]>;

  /** Changes a row by hand. */
  change(name: string, values: Partial<StoredRow>): Promise<void>;
}

export type Open = () => Promise<Harness>;
export type OpenSql = () => Promise<SqlHarness>;

/** Opens a harness before the tests of a describe() and closes it after them. */
export function opened<Opened extends Harness>(open: () => Promise<Opened>): () => Opened {
  let harness: Opened | undefined;
  beforeAll(async () => {
    harness = await open();
  });
  afterAll(() => harness?.close());
  return () => harness!;
}
