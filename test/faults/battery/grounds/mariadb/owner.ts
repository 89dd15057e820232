import type { Connection } from 'mysql2/promise';
import { connectMariadb } from '../../../../support/databases/mariadb.js';
import { within } from '../within.js';

/** Even the whole of a long history is read by then. */
const PATIENCE_MS = 60_000;
/** A server that starts takes connections before it answers them. */
const CONNECT_MS = 10_000;

/** One connection, made anew when it is lost. */
export class MariadbOwner {
  readonly #url: string;
  #connection: Promise<Connection> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async query<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const connecting = (this.#connection ??= within(CONNECT_MS, connectMariadb(this.#url)));
    try {
      const connection = await connecting;
      const [rows] = await within(PATIENCE_MS, connection.query(text, [...parameters]));
      return (Array.isArray(rows) ? rows : []) as Row[];
    } catch (error) {
      // The server's own errors leave a connection as it is: they have a number.
      const isServers = typeof (error as { errno?: unknown }).errno === 'number';
      const isFatal = (error as { fatal?: unknown }).fatal === true;
      if (this.#connection === connecting && (isFatal || !isServers)) this.#connection = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    connection?.destroy();
  }
}
