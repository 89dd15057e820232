import { createHash } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';
import type { Connection, Place } from './connection.js';
import { sendPrepared, type PreparingVerdict } from './prepared.js';

/** What is used of a client of the `pg` package. */
interface PgClient {
  query(query: {
    readonly name?: string;
    readonly text: string;
    readonly values: readonly unknown[];
  }): Promise<{ rows: Row[] }>;
  /** The native client has none. */
  readonly connection?: { readonly stream: { destroy(): void } } | undefined;
  end(): Promise<void>;
}

interface Emitter {
  on(event: string, listener: (subject: Emitter) => void): void;
  listeners(event: string): unknown[];
}

/** A connection of the `pg` package. */
export async function connectPg(
  runner: QueryRunner,
  _place: Place,
  prepares: boolean,
): Promise<Connection> {
  const { driver } = runner as unknown as { readonly driver: { readonly master?: Emitter } };
  listenTo(driver.master);
  const client: PgClient = await runner.connect();
  let last: Promise<unknown> = Promise.resolve();
  const send = async (text: string, values: readonly unknown[], name?: string): Promise<Row[]> => {
    const result = client.query({ text, values, ...(name && { name }) });
    last = result.catch(() => {});
    return (await result).rows;
  };
  return {
    execute({ text, parameters, prepared }: Statement) {
      const inFull = (): Promise<Row[]> => send(text, parameters);
      if (!prepares || !prepared) return inFull();
      return sendPrepared(client, {
        prepared: () => send(text, parameters, nameOf(text)),
        inFull,
        verdict,
      });
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

const names = new Map<string, string>();

/**
 * By its text, since behind a pooler others may have prepared theirs under the same name: another
 * table, or another version of ours, is another name.
 */
function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = `marathon_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
    names.set(text, name);
  }
  return name;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function verdict({ code }: { readonly code?: unknown }): PreparingVerdict | undefined {
  switch (code) {
    case '42P05': // duplicate_prepared_statement: the pooler's session has it from another client
    case '26000': // invalid_sql_statement_name: it does not have it, or has it no more
    case '0A000': // feature_not_supported: its columns have changed since, as by a migration
      return 'not-run';
    default:
      // A PgBouncer that keeps track remembers the name of what could not be parsed, and cuts off
      // who comes with that name again: https://github.com/pgbouncer/pgbouncer/issues/1118
      return /^(42|3F)/.test(String(code)) ? 'not-prepared' : undefined;
  }
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
