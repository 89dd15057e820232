import type { QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';
import type { Connection, Place } from './connection.js';

/** What is used of a pooled connection of the `mysql2` package, or of `mysql`. */
interface MysqlConnection {
  query(
    options: Readonly<Record<string, unknown>>,
    callback: (error: Error | null, rows: unknown) => void,
  ): void;
  destroy(): void;
  /** mysql2 has it, and says goodbye on it in `destroy`: a peer that is silent never answers that. */
  readonly stream?: { destroy(): void } | undefined;
}

/** How rows are read: an application may have set it otherwise for its pool. */
const PLAIN_ROWS = {
  // Not `true`, which would leave a function that the pool has.
  typeCast: (_field: unknown, next: () => unknown) => next(),
  rowsAsArray: false,
  nestTables: false,
};

/** Connections of our own that were set up already. */
const prepared = new WeakSet<MysqlConnection>();

/** A connection of the `mysql2` package. */
export async function connectMysql(runner: QueryRunner, place: Place): Promise<Connection> {
  const connection: MysqlConnection = await runner.connect();
  const execute = ({ text, parameters }: Statement): Promise<readonly Row[]> =>
    new Promise((resolve, reject) => {
      connection.query({ ...PLAIN_ROWS, sql: text, values: parameters }, (error, rows) => {
        if (error) reject(error);
        else resolve(Array.isArray(rows) ? rows : []);
      });
    });
  return {
    async execute(statement) {
      if (place === 'own' && !prepared.has(connection)) {
        // A server can be set up so that statements wait for a COMMIT, which never comes.
        await execute({ text: 'SET SESSION autocommit = 1', parameters: [] });
        prepared.add(connection);
      }
      return execute(statement);
    },
    release: () => void runner.release(),
    destroy() {
      connection.destroy();
      connection.stream?.destroy();
    },
  };
}
