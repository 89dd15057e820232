import type { Connection } from 'mysql2/promise';
import type { Ground, GroundFaults, Undo } from '../ground.js';
import { insist } from '../insist.js';
import type { Keeper } from '../keeper/handle.js';
import { DROP } from './history.js';

export interface MariadbParts {
  readonly keeper: Keeper;
  readonly query: Ground['query'];
  /** Makes the lock's table anew. */
  readonly createTable: () => Promise<void>;
  readonly asOwner: () => Promise<Connection>;
}

const RIGHTS = 'INSERT, UPDATE ON marathon_lock';
const APPLICATION = `application@'127.0.0.1'`;

export function mariadbFaults(parts: MariadbParts): Partial<GroundFaults> {
  const { keeper, query, createTable, asOwner } = parts;
  return {
    async killConnections(ports) {
      if (ports.length === 0) return 0; // IN () is no SQL
      const hosts = ports.map((port) => `127.0.0.1:${port}`);
      const found = await query<{ id: number }>(
        `SELECT id FROM information_schema.processlist WHERE user = 'application' AND host IN (?)`,
        [hosts],
      );
      let killed = 0;
      for (const { id } of found) {
        const kill = query('KILL ?', [id]).then(() => (killed += 1));
        await kill.catch(() => {}); // it may have ended by itself meanwhile
      }
      return killed;
    },
    async restart(how) {
      await keeper.ask('restart', how);
      await usable(parts);
    },
    ...(keeper.unlimited === undefined && { fillDisk: () => fillDisk(parts) }),
    async readOnly() {
      await query('SET GLOBAL read_only = 1');
      return async () => void (await insist(() => query('SET GLOBAL read_only = 0')));
    },
    async revoke() {
      await query(`REVOKE ${RIGHTS} FROM ${APPLICATION}`);
      return async () => void (await insist(() => query(`GRANT ${RIGHTS} TO ${APPLICATION}`)));
    },
    async dropTable() {
      const owner = await asOwner();
      try {
        for (const text of DROP) await owner.query(text);
      } finally {
        owner.destroy();
      }
      return () => insist(createTable);
    },
    lockRows: (names) => lockRows(parts, names),
  };
}

/** It may have gone, and may do so again while it recovers. */
async function usable({ keeper, query }: MariadbParts): Promise<void> {
  await insist(async () => {
    await keeper.ask('start');
    await query('SELECT 1');
  });
}

/** By their keys, since a search by name would lock other rows on its way. */
async function lockRows(
  { query, asOwner }: MariadbParts,
  names: readonly string[],
): Promise<Undo | undefined> {
  const found = await query<{ key: string }>(
    'SELECT lock_key AS `key` FROM marathon_lock WHERE name IN (?)',
    [names],
  );
  if (found.length === 0) return undefined;
  const stranger = await asOwner();
  try {
    await stranger.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await stranger.query('BEGIN');
    await stranger.query(
      `SELECT 1 FROM marathon_lock FORCE INDEX (PRIMARY) WHERE lock_key IN (?)
        ORDER BY lock_key FOR UPDATE`,
      [found.map(({ key }) => key)],
    );
  } catch (error) {
    stranger.destroy();
    throw error;
  }
  return async () => {
    // Without a connection there is no transaction either.
    await stranger.query('ROLLBACK').catch(() => {});
    stranger.destroy();
  };
}

/** How many rows of how many bytes are tried at once, until not one of them finds room. */
const BALLAST = [
  [64, 4000],
  [1, 4000],
  [1, 200],
];

/** A file of InnoDB grows by much more than is asked for. What it has already is used up too. */
async function fillDisk(parts: MariadbParts): Promise<Undo> {
  const { keeper, asOwner } = parts;
  const stranger = await asOwner();
  await stranger.query('BEGIN');
  await keeper.ask('fill');
  for (const [rows, bytes] of BALLAST) {
    while (await fits(stranger, rows!, bytes!));
  }
  return async () => {
    await keeper.ask('free');
    await stranger.query('ROLLBACK').catch(() => {});
    stranger.destroy();
    await usable(parts);
  };
}

async function fits(stranger: Connection, rows: number, bytes: number): Promise<boolean> {
  try {
    await stranger.query(
      `INSERT INTO lock_history (at, kind, name, before_state)
        SELECT 0, 'ballast', '', REPEAT('-', ${bytes}) FROM seq_1_to_${rows}`,
    );
    return true;
  } catch {
    return false;
  }
}
