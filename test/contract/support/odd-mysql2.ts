import mysql2, { type PoolConnection, type PoolOptions } from 'mysql2';
import { asMysql, type Dialect } from '../../support/databases.js';

/**
 * The driver, with sessions in which these statements were run before anything else. So they are
 * as a pooler hands them out, or as a server is configured, for whoever connects: the application
 * and the library.
 */
export function oddMysql2(dialect: Dialect, statements: readonly string[]): OddMysql2 {
  const driver = dialect === 'mysql' ? asMysql : mysql2;
  const sessions: number[] = [];
  return {
    sessions,
    createPool(options) {
      const pool = driver.createPool(options);
      pool.on('connection', (connection: PoolConnection) => {
        sessions.push(connection.threadId!);
        for (const text of statements) {
          connection.query(text, (error) => {
            if (error) throw error;
          });
        }
      });
      return pool;
    },
  };
}

export interface OddMysql2 {
  /** The server's ids of the sessions that were made odd. */
  readonly sessions: readonly number[];
  createPool(options: PoolOptions): ReturnType<typeof mysql2.createPool>;
}
