import { join } from 'node:path';
import { common } from '../common.js';
import type { Ground } from '../ground.js';
import { startKeeper } from '../keeper/handle.js';
import { createLockTable } from '../lock-table.js';
import { sqliteFaults } from './faults.js';
import { onceFree, openHandle, runOn } from './handle.js';
import { CHANGES, HISTORY_TABLE, NOW, PLACED_CHANGES, PLACED_WRITES, TRIGGERS } from './history.js';

export async function openSqlite(): Promise<Ground> {
  const keeper = await startKeeper('sqlite');
  try {
    const path = join(keeper.place, 'battery.sqlite');
    const owner = openHandle(path);
    owner.pragma('journal_mode = WAL'); // a property of the file: every later connection has it
    const query: Ground['query'] = (text, parameters) =>
      onceFree(() => runOn(owner, text, parameters));
    const createTable = (): Promise<void> =>
      onceFree(() =>
        createLockTable({ type: 'better-sqlite3', database: path, timeout: 0 }, TRIGGERS),
      );
    return {
      ...common({ keeper, owner, query, sql: { NOW, CHANGES, PLACED_CHANGES, PLACED_WRITES } }),
      dialect: 'sqlite',
      url: `sqlite:${path}`,
      async prepare(applicationTables) {
        const tables = await query<{ name: string }>(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
        );
        for (const { name } of tables) await query(`DROP TABLE ${name}`);
        for (const text of [...applicationTables, ...HISTORY_TABLE]) await query(text);
        await createTable();
      },
      isolate: async () => {}, // it has one level
      faults: sqliteFaults({ keeper, path, owner, query, createTable }),
    };
  } catch (error) {
    await keeper.close();
    throw error;
  }
}
