import { randomBytes } from 'node:crypto';
import { connectPostgres } from '../../../../support/databases/postgres.js';
import { optionsFromUrl, withDatabase } from '../../../../support/databases/url.js';
import { common } from '../common.js';
import type { Ground } from '../ground.js';
import { startKeeper } from '../keeper/handle.js';
import { createLockTable } from '../lock-table.js';
import { postgresFaults } from './faults.js';
import { CHANGES, HISTORY_TABLE, NOW, PLACED_CHANGES, PLACED_WRITES, TRIGGERS } from './history.js';
import { PostgresOwner } from './owner.js';

const APPLICATION = 'application';

/** It writes rows, and neither owns nor creates tables. */
const RIGHTS = `GRANT SELECT, INSERT, UPDATE ON marathon_lock TO ${APPLICATION}`;

export async function openPostgres(): Promise<Ground> {
  const keeper = await startKeeper('postgres');
  try {
    const password = randomBytes(12).toString('hex');
    await createDatabase(keeper.place, password);
    const url = withDatabase(keeper.place, 'battery');
    const owner = new PostgresOwner(url);
    const query: Ground['query'] = (text, parameters) => owner.query(text, parameters);
    const createTable = (): Promise<void> =>
      createLockTable(optionsFromUrl(url), [...TRIGGERS, RIGHTS]);
    return {
      ...common({ keeper, owner, query, sql: { NOW, CHANGES, PLACED_CHANGES, PLACED_WRITES } }),
      dialect: 'postgres',
      url: asApplication(url, password),
      async prepare(applicationTables) {
        await query('DROP SCHEMA public CASCADE');
        await query('CREATE SCHEMA public');
        await query(`GRANT USAGE ON SCHEMA public TO ${APPLICATION}`);
        for (const text of applicationTables) await query(text);
        for (const all of ['TABLES', 'SEQUENCES']) {
          await query(`GRANT ALL ON ALL ${all} IN SCHEMA public TO ${APPLICATION}`);
        }
        for (const text of HISTORY_TABLE) await query(text);
        await createTable();
      },
      async isolate(level) {
        await query(`ALTER SYSTEM SET default_transaction_isolation = '${level.toLowerCase()}'`);
        await query('SELECT pg_reload_conf()');
      },
      faults: postgresFaults({
        keeper,
        query,
        createTable,
        asOwner: () => connectPostgres(url),
        asApplication: () => connectPostgres(asApplication(url, password)),
      }),
    };
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

async function createDatabase(server: string, password: string): Promise<void> {
  const superuser = await connectPostgres(server);
  await superuser.query('CREATE DATABASE battery');
  await superuser.query(`CREATE ROLE ${APPLICATION} LOGIN PASSWORD '${password}'`);
  // What is set for all by a fault is not meant for who ends it.
  await superuser.query('ALTER ROLE marathon SET default_transaction_read_only = off');
  await superuser.end();
}

function asApplication(url: string, password: string): string {
  const changed = new URL(url);
  changed.username = APPLICATION;
  changed.password = password;
  return changed.href;
}
