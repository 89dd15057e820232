import type { DataSource } from 'typeorm';
import type { Grant, LockStore } from '../../../lib/core/lock-store.js';
import type { TestDatabase } from '../../support/databases.js';
import { CALL_MS, Contender, fresh, TTL_MS } from './contender.js';
import { newApplication, openStore } from './sql-harness.js';

/** What PostgreSQL tells of a statement that it keeps prepared. */
export interface Prepared {
  readonly name: string;
  readonly statement: string;
  /** How often it was run by a plan that is for all values. PostgreSQL 13 does not tell. */
  readonly generic_plans?: string;
}

/** A store on the only connection of its application, which sees what the store's session sees. */
export class OneSession {
  /** The codes of the errors that the server has sent, also of those that nobody is told of. */
  readonly errors: string[] = [];

  private constructor(
    readonly application: DataSource,
    readonly store: LockStore,
  ) {}

  /** @param preparedStatements the module's option */
  static async open(database: TestDatabase, preparedStatements = true): Promise<OneSession> {
    const application = await newApplication(database, { poolSize: 1 });
    const store = await openStore(application, { connection: 'shared', preparedStatements });
    const session = new OneSession(application, store);
    const runner = application.createQueryRunner();
    const { connection } = (await runner.connect()) as PgClient;
    connection.on('errorMessage', ({ code }) => session.errors.push(code));
    await runner.release();
    return session;
  }

  readonly prepared = (): Promise<Prepared[]> =>
    this.application.query('SELECT * FROM pg_prepared_statements ORDER BY name');

  readonly names = async (): Promise<string[]> => (await this.prepared()).map(({ name }) => name);

  async close(): Promise<void> {
    await this.store.close();
    await this.application.destroy();
  }
}

/** What is used of a client of the `pg` package. */
interface PgClient {
  readonly connection: {
    on(event: 'errorMessage', hear: (error: { readonly code: string }) => void): void;
  };
}

export function verbOf({ statement }: Prepared): string {
  if (statement.includes('INSERT INTO')) return 'acquire';
  return statement.includes('released_at =') ? 'release' : 'renew';
}

/** Acquires, renews and releases so many fresh names, by one call each. */
export async function useAll(store: LockStore, size: number): Promise<void> {
  const batch = Array.from({ length: size }, () => new Contender(store, fresh()).request);
  const granted = (await store.acquire(batch, CALL_MS)) as Grant[];
  const leases = batch.map(({ name, owner }, index) => {
    return { name, owner, fence: granted[index]!.fence, ttlMs: TTL_MS, holdAtLeastMs: 0 };
  });
  const renewed = await store.renew(leases, CALL_MS);
  const released = await store.release(leases, CALL_MS);
  if (!renewed.every((answer) => answer.renewed) || !released.every((a) => a === 'released')) {
    throw new Error(`Lost: ${JSON.stringify({ renewed, released })}`);
  }
}
