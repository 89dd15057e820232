import { randomBytes } from 'node:crypto';
import { connectPostgres } from '../../../../support/databases/postgres.js';
import { optionsFromUrl, withDatabase } from '../../../../support/databases/url.js';
import type { Ground } from '../ground.js';
import {
  changeOf,
  commitsOf,
  type HistoryRow,
  type PlacedChange,
  type PlacedWrite,
} from '../history.js';
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
      dialect: 'postgres',
      url: asApplication(url, password),
      query,
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
      async now() {
        const [row] = await query<{ now: number }>(`SELECT ${NOW} AS now`);
        return row!.now;
      },
      faults: postgresFaults({
        keeper,
        query,
        createTable,
        asOwner: () => connectPostgres(url),
        asApplication: () => connectPostgres(asApplication(url, password)),
      }),
      changes: async () => (await query<HistoryRow>(CHANGES)).map(changeOf),
      commits: async () =>
        commitsOf(
          await query<PlacedChange>(PLACED_CHANGES),
          await query<PlacedWrite>(PLACED_WRITES),
        ),
      deadlocks: () => keeper.ask('deadlocks'),
      async close() {
        await owner.close();
        await keeper.close();
      },
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
