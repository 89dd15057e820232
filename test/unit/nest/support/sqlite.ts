import { afterEach } from '@jest/globals';
import Database from 'better-sqlite3';
import type { DataSourceOptions } from 'typeorm';
import { createSqlite } from '../../../support/databases/sqlite.js';
import type { TestDatabase } from '../../../support/databases/test-database.js';

const created: TestDatabase[] = [];

// Registered before that of ./applications.js where this file is imported first: hooks run in the
// reverse order, so applications are closed before their database goes.
afterEach(async () => {
  for (const database of created.splice(0)) await database.drop();
});

/** A database file, which is removed when the test ends. */
export async function sqlite(): Promise<TestDatabase> {
  const database = await createSqlite();
  created.push(database);
  return database;
}

/** The same options, with a driver that notes each statement, whoever sends it. */
export function recording(options: DataSourceOptions): {
  readonly options: DataSourceOptions;
  readonly connections: readonly object[];
  readonly statements: string[];
} {
  const connections: object[] = [];
  const statements: string[] = [];
  class RecordingDatabase extends Database {
    constructor(...parameters: ConstructorParameters<typeof Database>) {
      super(...parameters);
      connections.push(this);
    }

    override prepare(text: string): ReturnType<Database['prepare']> {
      const statement = super.prepare(text);
      for (const way of ['all', 'run'] as const) {
        const send = statement[way].bind(statement) as (...values: unknown[]) => unknown;
        const recorded = (...values: unknown[]): unknown => {
          statements.push(text); // here, since what was prepared once may be run again and again
          return send(...values);
        };
        Object.assign(statement, { [way]: recorded });
      }
      return statement;
    }
  }
  const driver = { driver: RecordingDatabase };
  return { options: Object.assign({}, options, driver), connections, statements };
}
