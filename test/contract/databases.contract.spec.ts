import { describeDatabases } from '../support/databases.js';
import { core } from './core.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';

describeDatabases('the store', (dialect) => {
  core(opened(() => openSql(dialect)));
});
