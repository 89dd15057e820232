import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AcquireRequest, Grant, LockStore } from '../../lib/core/lock-store.js';
import { PostgresDialect } from '../../lib/sql/dialects/postgres.dialect.js';
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.js';
import { newApplication, openStore } from './support/sql-harness.js';

const TIMEOUT_MS = 5_000;
const CALLS = 50;
/** Before PostgreSQL 15 the counts that are shown can be half a second old. */
const STALE_MS = 1_000;

function requestFor(name: string, owner: string): AcquireRequest {
  return { name, owner, instance: 'counted', ttlMs: 60_000, tick: undefined };
}

/** Each statement outside of a transaction is one transaction of its own, and the server counts them. */
describeDatabases(
  'what a call costs',
  () => {
    let database: TestDatabase;
    let observer: TestDatabase;
    let staleMs: number;

    beforeAll(async () => {
      database = await createDatabase('postgres');
      const [server] = await database.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int AS version`,
      );
      staleMs = server!.version < 150_000 ? STALE_MS : 0;
      observer = await createDatabase('postgres'); // so that looking is not counted
      await database.query(`SET application_name = 'oracle'`);
      await transactions(async () => {}); // creates the table
    });
    afterAll(async () => {
      await database.drop();
      await observer.drop();
    });

    /** How many statements a new store sends for this, besides those of its opening. */
    async function statements(calls: (store: LockStore) => Promise<unknown>): Promise<number> {
      const idle = await transactions(async () => {});
      return (await transactions(calls)) - idle;
    }

    async function transactions(calls: (store: LockStore) => Promise<unknown>): Promise<number> {
      const before = await counted();
      const application = await newApplication(database);
      const store = await openStore(application);
      await calls(store);
      await store.close();
      await application.destroy();
      await ended();
      return (await counted()) - before;
    }

    async function counted(): Promise<number> {
      await pause(staleMs);
      const [row] = await observer.query<{ xact_commit: number }>(
        `SELECT xact_commit FROM pg_stat_database WHERE datname = ?`,
        [database.options.database],
      );
      return row!.xact_commit;
    }

    /** A server process adds its count to the others' when it ends. */
    async function ended(): Promise<void> {
      for (let left = 1; left > 0;) {
        const [row] = await observer.query<{ left: number }>(
          `SELECT count(*) AS left FROM pg_stat_activity
           WHERE datname = ? AND application_name <> 'oracle'`,
          [database.options.database],
        );
        left = row!.left;
      }
    }

    async function grants(store: LockStore, names: string[], owner: string): Promise<Grant[]> {
      const batch = names.map((name) => requestFor(name, `${owner}-${name}`));
      return (await store.acquire(batch, TIMEOUT_MS)) as Grant[];
    }

    it.each([1, 64])('is one statement to acquire, renew and release %i names', async (size) => {
      const names = Array.from({ length: size }, (_, index) => `cost:${size}:${index}`);
      const sent = await statements(async (store) => {
        for (let call = 0; call < CALLS; call += 1) {
          const granted = await grants(store, names, `${call}`);
          const leases = names.map((name, index) => {
            const { fence } = granted[index]!;
            return { name, owner: `${call}-${name}`, fence, ttlMs: 60_000, holdAtLeastMs: 0 };
          });
          await store.renew(leases, TIMEOUT_MS);
          expect(new Set(await store.release(leases, TIMEOUT_MS))).toEqual(new Set(['released']));
        }
      });
      expectAbout(sent, 3 * CALLS);
    });

    it('is one statement to be skipped', async () => {
      const sent = await statements(async (store) => {
        await grants(store, ['cost:skip'], 'first');
        for (let call = 1; call < CALLS; call += 1) {
          const [answer] = await grants(store, ['cost:skip'], `${call}`);
          expect(answer).toMatchObject({ granted: false, reason: 'held' });
        }
      });
      expectAbout(sent, CALLS);
    });

    it('writes nothing to the log of changes when it is skipped, and does when it is granted', async () => {
      const [name, table] = ['cost:wal', 'marathon_lock'];
      const explained = async (owner: string): Promise<string> => {
        const dialect = new PostgresDialect(table);
        const { text, parameters } = dialect.acquire([requestFor(name, owner)], 1000).next()
          .value as { text: string; parameters: (string | number | null)[] };
        const rows = await database.query(
          `EXPLAIN (ANALYZE, WAL, COSTS OFF, TIMING OFF) ${text.replaceAll(/\$(\d)/g, (_, place) =>
            quotedLiteral(parameters[Number(place) - 1]),
          )}`,
        );
        return JSON.stringify(rows);
      };
      expect(await explained('first')).toMatch(/WAL: records=/);
      expect(await explained('second')).not.toMatch(/WAL: records=/);
    });
  },
  ['postgres'],
);

/** The server's own housekeeping can add a few; a statement more a call would add fifty. */
function expectAbout(sent: number, expected: number): void {
  expect(sent).toBeGreaterThanOrEqual(expected);
  expect(sent).toBeLessThan(expected + 10);
}

function quotedLiteral(value: string | number | null | undefined): string {
  return value === null ? 'NULL' : `'${value}'`;
}
