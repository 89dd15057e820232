import type { Client } from 'pg';
import type { Ground, GroundFaults, Undo } from '../ground.js';
import { insist } from '../insist.js';
import type { Keeper } from '../keeper/handle.js';
import { DROP } from './history.js';

export interface PostgresParts {
  readonly keeper: Keeper;
  readonly query: Ground['query'];
  /** Makes the lock's table anew. */
  readonly createTable: () => Promise<void>;
  readonly asOwner: () => Promise<Client>;
  readonly asApplication: () => Promise<Client>;
}

export function postgresFaults(parts: PostgresParts): Partial<GroundFaults> {
  const { keeper, query, createTable, asOwner } = parts;
  return {
    async killConnections(ports) {
      const found = await query<{ isKilled: boolean }>(
        `SELECT pg_terminate_backend(pid) AS "isKilled" FROM pg_stat_activity
          WHERE usename = 'application' AND client_port = ANY(?)`,
        [ports],
      );
      return found.filter(({ isKilled }) => isKilled).length;
    },
    async restart(how) {
      await keeper.ask('restart', how);
      await usable(parts);
    },
    ...(keeper.unlimited === undefined && { fillDisk: () => fillDisk(parts) }),
    readOnly: () => readOnly(parts),
    async revoke() {
      await query('REVOKE INSERT, UPDATE ON marathon_lock FROM application');
      return async () =>
        void (await insist(() => query('GRANT INSERT, UPDATE ON marathon_lock TO application')));
    },
    async dropTable() {
      await inOne(asOwner, async (client) => {
        for (const text of DROP) await client.query(text);
      });
      return () => insist(createTable);
    },
    async lockRows(names) {
      const stranger = await asOwner();
      try {
        // Whatever the level is that the battery has made the usual one: at others it can fail.
        await stranger.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const { rows } = await stranger.query(
          'SELECT 1 FROM marathon_lock WHERE name = ANY($1) FOR UPDATE',
          [names],
        );
        // Resolves too if the connection was lost meanwhile, which ended it as well.
        if (rows.length > 0) return () => stranger.end();
      } catch (error) {
        await stranger.end();
        throw error;
      }
      await stranger.end();
      return undefined;
    },
  };
}

/** It may have gone, and may do so again while it recovers. */
async function usable({ keeper, query }: PostgresParts): Promise<void> {
  await insist(async () => {
    await keeper.ask('start');
    await query('SELECT 1');
  });
}

async function fillDisk(parts: PostgresParts): Promise<Undo> {
  const { keeper, asOwner } = parts;
  const stranger = await asOwner();
  await keeper.ask('fill');
  // The pages that the history has already would do for a while. This fails at the first one that
  // is wanting, and gives none of them back.
  await stranger
    .query(
      `INSERT INTO lock_history (at, kind, name)
        SELECT 0, 'ballast', repeat('-', 400) || CAST(1 / (30000 - n) AS text)
        FROM generate_series(1, 30000) n`,
    )
    .catch(() => {});
  await stranger.end();
  return async () => {
    await keeper.ask('free');
    await usable(parts);
  };
}

/** For every session, at its next transaction. */
async function readOnly(parts: PostgresParts): Promise<Undo> {
  const turn = async (value: 'on' | 'off'): Promise<void> => {
    const { query, asApplication } = parts;
    await query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await query('SELECT pg_reload_conf()');
    // The server tells all sessions before it lets in a new one that knows it.
    await insist(() =>
      inOne(asApplication, async (client) => {
        const { rows } = await client.query<{ shown: string }>(
          `SELECT current_setting('default_transaction_read_only') AS shown`,
        );
        if (rows[0]?.shown !== value) throw new Error(`Sessions are not told yet: ${value}`);
      }),
    );
  };
  await turn('on');
  return () => insist(() => turn('off'));
}

async function inOne(connect: () => Promise<Client>, work: (client: Client) => Promise<void>) {
  const client = await connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
