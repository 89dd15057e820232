import type { Client } from 'pg';
import { connectPostgres, numbered } from '../../../../support/databases/postgres.js';
import { within } from '../within.js';

/** Even the whole of a long history is read by then. */
const PATIENCE_MS = 60_000;

/** One connection, made anew when it is lost. */
export class PostgresOwner {
  readonly #url: string;
  #client: Promise<Client> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.#connected();
    const asked = client.query<Row>(numbered(text, parameters), parameters);
    return (await within(PATIENCE_MS, asked)).rows;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    const connecting = connectPostgres(this.#url);
    const forget = (): void => {
      if (this.#client === connecting) this.#client = undefined;
    };
    connecting.then((client) => client.once('end', forget), forget);
    this.#client = connecting;
    return connecting;
  }
}
