import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { connectMariadb } from '../../../../support/databases/mariadb.js';
import { optionsFromUrl, withDatabase } from '../../../../support/databases/url.js';
import { common } from '../common.js';
import type { Ground } from '../ground.js';
import { startKeeper } from '../keeper/handle.js';
import { createLockTable } from '../lock-table.js';
import { mariadbFaults } from './faults.js';
import {
  CHANGES,
  HISTORY_TABLES,
  NOW,
  PLACED_CHANGES,
  PLACED_WRITES,
  PREFIX,
  TRIGGERS,
} from './history.js';
import { MariadbOwner } from './owner.js';

const APPLICATION = `application@'127.0.0.1'`;

export async function openMariadb(): Promise<Ground> {
  const keeper = await startKeeper('mariadb');
  try {
    const password = randomBytes(12).toString('hex');
    const url = withDatabase(keeper.place, 'battery');
    await createDatabase(keeper.place, password);
    const owner = new MariadbOwner(url);
    const query: Ground['query'] = (text, parameters) => owner.query(text, parameters);
    const createTable = (): Promise<void> =>
      createLockTable({ ...optionsFromUrl(url), entityPrefix: PREFIX }, TRIGGERS);
    return {
      ...common({ keeper, owner, query, sql: { NOW, CHANGES, PLACED_CHANGES, PLACED_WRITES } }),
      dialect: 'mariadb',
      url: asApplication(url, password),
      async prepare(applicationTables) {
        await query('DROP DATABASE battery');
        await query('CREATE DATABASE battery');
        await query('USE battery');
        for (const text of applicationTables) await query(text);
        const tables = await query<{ name: string }>(
          'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
        );
        for (const { name } of tables) await query(`GRANT ALL ON ${name} TO ${APPLICATION}`);
        for (const text of HISTORY_TABLES) await query(text);
        await createTable();
        // It writes rows, and neither owns nor creates tables.
        await query(`GRANT SELECT, INSERT, UPDATE ON marathon_lock TO ${APPLICATION}`);
      },
      async isolate(level) {
        const text = `SET GLOBAL TRANSACTION ISOLATION LEVEL ${level}`;
        await keeper.ask('atStart', text);
        await query(text);
      },
      faults: mariadbFaults({ keeper, query, createTable, asOwner: () => connectMariadb(url) }),
    };
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

async function createDatabase(server: string, password: string): Promise<void> {
  const root: Connection = await connectMariadb(server);
  await root.query('CREATE DATABASE battery');
  await root.query(`CREATE USER ${APPLICATION} IDENTIFIED BY '${password}'`);
  await root.end();
}

function asApplication(url: string, password: string): string {
  const changed = new URL(url);
  changed.username = 'application';
  changed.password = password;
  return changed.href;
}
