import type { DataSource, QueryRunner } from 'typeorm';
import type { Row, Statement } from '../dialects/dialect.js';
import { OwnTransactionError } from '../sql.errors.js';
import type { Connection, Place } from './connection.js';

/** What is used of a `Database` of better-sqlite3. */
interface BetterSqlite3Database {
  readonly inTransaction: boolean;
  pragma(text: string, options?: { readonly simple: true }): unknown;
  prepare(text: string): BetterSqlite3Statement;
}

interface BetterSqlite3Statement {
  readonly reader: boolean;
  all(...parameters: readonly unknown[]): Row[];
  run(...parameters: readonly unknown[]): unknown;
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
export async function connectBetterSqlite3(runner: QueryRunner, place: Place): Promise<Connection> {
  const database: BetterSqlite3Database = await runner.connect();
  return embedded((statement) => {
    if (place === 'own') return betterSqlite3Rows(database, statement);
    if (place === 'shared' && database.inTransaction) throw new OwnTransactionError();
    return withoutWaiting(database, () => betterSqlite3Rows(database, statement));
  });
}

function betterSqlite3Rows(
  database: BetterSqlite3Database,
  { text, parameters }: Statement,
): Row[] {
  const statement = prepared(database, text);
  if (statement.reader) return statement.all(...parameters);
  statement.run(...parameters);
  return [];
}

/** A dialect's texts are few and stay the same, and to parse one takes longer than to run it. */
const statements = new WeakMap<BetterSqlite3Database, Map<string, BetterSqlite3Statement>>();

function prepared(database: BetterSqlite3Database, text: string): BetterSqlite3Statement {
  const known = statements.get(database) ?? new Map<string, BetterSqlite3Statement>();
  statements.set(database, known);
  const statement = known.get(text) ?? database.prepare(text);
  known.set(text, statement);
  return statement;
}

/**
 * The application's connection waits for SQLite's write lock, by default for 5 s, and better-sqlite3
 * blocks the event loop meanwhile, in which our own renewals stand still. (Our connections are
 * opened so that they never wait.)
 */
function withoutWaiting<T>(database: BetterSqlite3Database, call: () => T): T {
  const waitMs = Number(database.pragma('busy_timeout', { simple: true }));
  database.pragma('busy_timeout = 0');
  try {
    return call();
  } finally {
    database.pragma(`busy_timeout = ${waitMs}`);
  }
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
export async function connectSqlJs(runner: QueryRunner, place: Place): Promise<Connection> {
  const database: SqlJsDatabase = await runner.connect();
  return embedded(({ text, parameters }) => {
    if (place === 'inside') return sqlJsRows(database, text, parameters);
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

function embedded(execute: (statement: Statement) => Row[]): Connection {
  return {
    execute: async (statement) => execute(statement),
    release: () => {},
    destroy: () => {},
  };
}
