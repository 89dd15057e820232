import { describe } from '@jest/globals';
import { describeDatabases } from '../support/databases.js';
import { core } from './core.js';
import { openInMemory, openSqlJs } from './support/embedded-databases.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';

describeDatabases("the store on the application's connections", (dialect) => {
  core(opened(() => openSql(dialect, { connection: 'shared' })));
});

describe('the store in a database that lives in the application', () => {
  describe('by sql.js', () => core(opened(openSqlJs)));
  describe('by better-sqlite3', () => core(opened(openInMemory)));
});
