import type { QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';

/**
 * A driver's connection, borrowed for one exchange.
 *
 * TypeORM opens and pools it; the statements are put to the driver itself. Through TypeORM's
 * `query` they would reach the application's logger and its errors with their parameters, and a
 * parameter is an owner.
 */
export interface Connection {
  execute(statement: Statement): Promise<readonly Row[]>;
  /** Gives it back. */
  release(): void;
  /** Cuts it off, whatever it waits for, so that it never comes back from its pool. */
  destroy(): void;
}

/**
 * Whose connection it is: `own`, `shared` with the application, or `inside` a transaction that was
 * begun on it.
 */
export type Place = 'own' | 'shared' | 'inside';

/**
 * Borrows the connection of a query runner. With `prepares` the server is asked to keep what can be
 * prepared, until it is seen that it does not.
 */
export type Connect = (runner: QueryRunner, place: Place, prepares: boolean) => Promise<Connection>;
