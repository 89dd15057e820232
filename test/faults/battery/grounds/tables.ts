import { tableOfWrites } from '../application-tables.js';
import type { GroundDialect } from './ground.js';

/** Tables of an application, for the tests of grounds. */
export function testTables(dialect: GroundDialect): string[] {
  const filling = dialect === 'mariadb' ? 'longtext' : 'text';
  return [tableOfWrites('fenced', dialect), `CREATE TABLE heap (filling ${filling} NOT NULL)`];
}
