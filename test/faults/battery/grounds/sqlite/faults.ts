import { setTimeout as pause } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { Ground, GroundFaults, Undo } from '../ground.js';
import { insist } from '../insist.js';
import type { Keeper } from '../keeper/handle.js';
import { inTransaction, onceFree, openHandle, runOn } from './handle.js';
import { DROP } from './history.js';

export interface SqliteParts {
  readonly keeper: Keeper;
  readonly path: string;
  readonly owner: Database;
  readonly query: Ground['query'];
  /** Makes the lock's table anew. */
  readonly createTable: () => Promise<void>;
}

/** There is no server, and nobody has rights that could be taken away. */
export function sqliteFaults(parts: SqliteParts): Partial<GroundFaults> {
  const { keeper, path } = parts;
  return {
    ...(keeper.unlimited === undefined && { fillDisk: () => fillDisk(parts) }),
    dropTable: () => dropTable(parts),
    async lockRows() {
      const stranger = openHandle(path);
      await onceFree(() => runOn(stranger, 'BEGIN IMMEDIATE'));
      return async () => {
        runOn(stranger, 'ROLLBACK');
        stranger.close();
      };
    },
  };
}

async function dropTable({ owner, query, createTable }: SqliteParts): Promise<Undo> {
  const drop = (): Promise<void> =>
    onceFree(() => inTransaction(owner, () => DROP.forEach((text) => runOn(owner, text))));
  await drop();
  return () =>
    insist(async () => {
      // An application that started meanwhile may have made one, whose changes nobody notes.
      const made = await query(`SELECT 1 FROM sqlite_master WHERE name = 'marathon_lock'`);
      if (made.length > 0) await drop();
      await createTable();
    });
}

/** How often a log is tried to be cut that others are reading. */
const ATTEMPTS = 50;

/** The log that there is would do for a while, since it is written over again and again. */
async function fillDisk({ keeper, owner }: SqliteParts): Promise<Undo> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const [result] = owner.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
    if (result?.busy === 0) break;
    await pause(10);
  }
  await keeper.ask('fill');
  return () => keeper.ask('free');
}
