import type { DataSource } from 'typeorm';
import type { Connect } from './connections/connection.js';
import { connectMysql } from './connections/mysql.connection.js';
import { connectPg } from './connections/pg.connection.js';
import {
  connectBetterSqlite3,
  connectSqlJs,
  inTransaction,
} from './connections/sqlite.connection.js';
import type { DialectFactory } from './dialects/dialect.js';
import { MariadbDialect } from './dialects/mariadb.dialect.js';
import { PostgresDialect } from './dialects/postgres.dialect.js';
import { SqliteDialect } from './dialects/sqlite.dialect.js';
import { UnsupportedDatabaseError } from './sql.errors.js';

/** How one of TypeORM's drivers is spoken to. */
export interface Backend {
  readonly dialect: DialectFactory;
  readonly connect: Connect;
  /** The options that say where the database is and how to get in; nothing else is copied. */
  readonly address: readonly string[];
  /**
   * Only where the application has one connection, as on SQLite: whether a transaction is open on
   * it, which keeps all others from writing.
   */
  readonly inTransaction?: (application: DataSource) => boolean;
}

const SERVER = ['url', 'host', 'port', 'username', 'password', 'database', 'ssl', 'driver'];
const MYSQL = [...SERVER, 'socketPath', 'connectorPackage', 'insecureAuth'];
const FILE = ['database', 'key', 'nativeBinding', 'driver', 'prepareDatabase'];

/** By the `type` of a data source's options. A new database is one line here. */
const backends: Readonly<Partial<Record<string, Backend>>> = {
  postgres: { dialect: (table) => new PostgresDialect(table), connect: connectPg, address: SERVER },
  // Either may turn out to be the other, and which one it is only the server knows.
  mariadb: { dialect: (table) => new MariadbDialect(table), connect: connectMysql, address: MYSQL },
  mysql: { dialect: (table) => new MariadbDialect(table), connect: connectMysql, address: MYSQL },
  'better-sqlite3': {
    dialect: (table) => new SqliteDialect(table),
    connect: connectBetterSqlite3,
    address: FILE,
    inTransaction,
  },
  sqljs: {
    dialect: (table) => new SqliteDialect(table),
    connect: connectSqlJs,
    address: [],
    // TypeORM knows of the transactions that it began, and sql.js of none.
    inTransaction: () => false,
  },
};

/** @throws {UnsupportedDatabaseError} */
export function backendOf({ options: { type } }: DataSource): Backend {
  const backend = backends[type];
  if (!backend) throw new UnsupportedDatabaseError(`a database of type ${type}`);
  return backend;
}
