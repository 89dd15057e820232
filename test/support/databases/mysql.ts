import { createMariadb } from './mariadb.js';
import type { TestDatabase } from './test-database.js';
import { optionsFromUrl } from './url.js';

/** There is no MySQL here: its dialect is spoken to a MariaDB server, see `asMysql`. */
export async function createMysql(): Promise<TestDatabase> {
  const database = await createMariadb();
  const url = database.url.replace(/^mariadb:/, 'mysql:');
  return { ...database, dialect: 'mysql', options: optionsFromUrl(url), url };
}
