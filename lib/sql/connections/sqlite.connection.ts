import type { DataSource } from 'typeorm';
import type { Row } from '../dialects/dialect.js';
import { OwnTransactionError } from '../sql.errors.js';
import type { Connection } from './connection.js';

/** What is used of a `Database` of better-sqlite3. */
interface BetterSqlite3Database {
  readonly inTransaction: boolean;
  prepare(text: string): {
    readonly reader: boolean;
    all(...parameters: readonly unknown[]): Row[];
    run(...parameters: readonly unknown[]): unknown;
  };
}

/** What is used of a `Database` of sql.js. */
interface SqlJsDatabase {
  run(text: string): unknown;
  prepare(text: string): {
    bind(parameters: readonly unknown[]): void;
    step(): boolean;
    getAsObject(): Row;
    free(): void;
  };
}

/**
 * better-sqlite3 answers at once, so nothing is ever cut off.
 *
 * On the application's own connection a statement would become part of its open transaction, and a
 * grant would be undone by its rollback. The check and the statement are made in one go, so that no
 * transaction begins in between.
 */
export async function connectBetterSqlite3(
  dataSource: DataSource,
  dedicated: boolean,
): Promise<Connection> {
  const database: BetterSqlite3Database = await dataSource.createQueryRunner('master').connect();
  return embedded(({ text, parameters }) => {
    if (!dedicated && database.inTransaction) throw new OwnTransactionError();
    const statement = database.prepare(text);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  });
}

/** Whether the application's own connection is inside a transaction. */
export function inTransaction({ driver }: DataSource): boolean {
  const { databaseConnection } = driver as { databaseConnection?: BetterSqlite3Database };
  return databaseConnection?.inTransaction ?? false;
}

/**
 * sql.js lives in memory: there is one connection to it, and it is the application's. It does not
 * tell whether it is inside a transaction, but refuses to begin another one.
 */
export async function connectSqlJs(dataSource: DataSource): Promise<Connection> {
  const database: SqlJsDatabase = await dataSource.createQueryRunner('master').connect();
  return embedded(({ text, parameters }) => {
    try {
      database.run('BEGIN');
    } catch (cause) {
      throw new OwnTransactionError({ cause });
    }
    try {
      const rows = sqlJsRows(database, text, parameters);
      database.run('COMMIT');
      return rows;
    } catch (error) {
      database.run('ROLLBACK');
      throw error;
    }
  });
}

function sqlJsRows(database: SqlJsDatabase, text: string, parameters: readonly unknown[]): Row[] {
  const statement = database.prepare(text);
  try {
    statement.bind(parameters);
    const rows: Row[] = [];
    while (statement.step()) rows.push(statement.getAsObject());
    return rows;
  } finally {
    statement.free();
  }
}

function embedded(execute: (statement: Parameters<Connection['execute']>[0]) => Row[]): Connection {
  return {
    execute: async (statement) => execute(statement),
    release: () => {},
    destroy: () => {},
  };
}
