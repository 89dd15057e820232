import type { DataSource } from 'typeorm';
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

/** Borrows a connection. `dedicated` is whether the data source is ours alone. */
export type Connect = (dataSource: DataSource, dedicated: boolean) => Promise<Connection>;
