import type { QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';
import type { Connection } from './connection.js';

/** What is used of a client of the `pg` package. */
interface PgClient {
  query(text: string, parameters: readonly unknown[]): Promise<{ rows: Row[] }>;
  /** The native client has none. */
  readonly connection?: { readonly stream: { destroy(): void } } | undefined;
  end(): Promise<void>;
}

interface Emitter {
  on(event: string, listener: (subject: Emitter) => void): void;
  listeners(event: string): unknown[];
}

/** A connection of the `pg` package. */
export async function connectPg(runner: QueryRunner): Promise<Connection> {
  const { driver } = runner as unknown as { readonly driver: { readonly master?: Emitter } };
  listenTo(driver.master);
  const client: PgClient = await runner.connect();
  let last: Promise<unknown> = Promise.resolve();
  return {
    async execute({ text, parameters }: Statement) {
      const result = client.query(text, parameters);
      last = result.catch(() => {});
      return (await result).rows;
    },
    release: () => void runner.release(),
    destroy() {
      if (client.connection) client.connection.stream.destroy();
      else client.end().catch(() => {});
      // Only once its query has failed does the pool know that this client is dead.
      void last.then(() => runner.release());
    },
  };
}

/**
 * Between the pool's handing out a new client and TypeORM's listening to it lies a microtask, in which
 * nobody does: a server that ends the connection with the very bytes that greet it would end the
 * process, by an 'error' event that nobody hears. On a shared connection this is the application's
 * own pool, which is the better for it: its other listeners are told as before.
 */
function listenTo(pool: Emitter | undefined): void {
  if (!pool?.listeners('connect').includes(hear)) pool?.on('connect', hear);
}

/** What is wrong shows in the next query. */
function hear(client: Emitter): void {
  client.on('error', () => {});
}
