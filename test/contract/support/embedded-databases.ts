import Database from 'better-sqlite3';
import { DataSource } from 'typeorm';
import type { TestDatabase } from '../../support/databases.js';
import type { SqlHarness } from './harness.js';
import { openSqlOn } from './sql-harness.js';

type Values = readonly unknown[];

/** A `Database` of sql.js, as far as it is used here. */
interface SqlJsDatabase {
  prepare(text: string): {
    bind(parameters: Values): void;
    step(): boolean;
    getAsObject(): object;
    free(): void;
  };
}

/** SQLite in the memory of the application's own data source: better-sqlite3's `:memory:`. */
export async function openInMemory(): Promise<SqlHarness> {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:' });
  return openEmbedded(dataSource, (text, parameters) => {
    const statement = driversDatabase<Database>(dataSource).prepare(text);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  });
}

/** SQLite compiled to WebAssembly, in the memory of the application's own data source. */
export async function openSqlJs(): Promise<SqlHarness> {
  const dataSource = new DataSource({ type: 'sqljs' });
  return openEmbedded(dataSource, (text, parameters) => {
    const statement = driversDatabase<SqlJsDatabase>(dataSource).prepare(text);
    statement.bind(parameters);
    const rows: object[] = [];
    while (statement.step()) rows.push(statement.getAsObject());
    statement.free();
    return rows;
  });
}

/** Oracles go to the driver itself, past TypeORM: there is no second connection to it. */
async function openEmbedded(
  dataSource: DataSource,
  run: (text: string, parameters: Values) => unknown[],
): Promise<SqlHarness> {
  await dataSource.initialize();
  const database: TestDatabase = {
    dialect: 'sqlite',
    options: dataSource.options,
    url: '',
    query: async <Row>(text: string, parameters: Values = []) => run(text, parameters) as Row[],
    drop: () => dataSource.destroy(),
  };
  return openSqlOn(database, {}, dataSource);
}

function driversDatabase<Type>({ driver }: DataSource): Type {
  return (driver as unknown as { databaseConnection: Type }).databaseConnection;
}
