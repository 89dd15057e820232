import { expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectMariadb } from '../../../support/databases/mariadb.js';
import { isAlive } from '../../../support/is-alive.mjs';
import { until } from '../../../support/poll.js';
import { startWorker } from '../../../support/worker.js';
import { connectApplication, type Application } from './application.js';
import type { GroundDialect, GroundFaults } from './ground.js';
import { LEVELS } from '../isolation.js';
import { LEVEL_QUERY, levelOf, type LevelRow } from '../worker/isolation-level.js';
import { anew, canFillDisk, describeGrounds, outcome } from './stage.js';

const LIMITED_DISK = await canFillDisk();

/** What is not there at all, by what the database has. */
const MISSING: Readonly<Record<GroundDialect, readonly (keyof GroundFaults)[]>> = {
  postgres: [],
  mariadb: [],
  sqlite: ['killConnections', 'restart', 'readOnly', 'revoke'],
};

describeGrounds('a ground', (stage) => {
  it('knows all faults that the database can have', () => {
    const all: (keyof GroundFaults)[] = [
      ...(['killConnections', 'restart', 'fillDisk', 'readOnly', 'revoke', 'dropTable'] as const),
      'lockRows',
    ];
    const missing = new Set([...MISSING[stage.dialect], ...(LIMITED_DISK ? [] : ['fillDisk'])]);
    expect(Object.keys(stage.ground.faults).sort()).toEqual(
      all.filter((fault) => !missing.has(fault)).sort(),
    );
  });

  it('tells the database’s present', async () => {
    const before = Date.now();
    const nowAt = await stage.ground.now();
    expect(nowAt).toBeGreaterThanOrEqual(before - 1);
    expect(nowAt).toBeLessThanOrEqual(Date.now());
    expect(Number.isInteger(nowAt)).toBe(true);
  });

  if (stage.dialect !== 'sqlite') {
    it('has the isolation level that it was told, also after a restart', async () => {
      for (const level of LEVELS[stage.dialect]) {
        await stage.ground.isolate(level);
        const seen = (): Promise<string> =>
          anew(stage.ground.url, async ({ query }) =>
            levelOf(await query<LevelRow>(LEVEL_QUERY[stage.dialect]!)),
          );
        await until(level, async () => (await seen()) === level); // PostgreSQL reads it a moment later
        await stage.ground.faults.restart!('immediate');
        expect(await seen()).toBe(level);
      }
    });

    it('tells of deadlocks, also those before a crash', async () => {
      await stage.grant('other', 1);
      const before = (await stage.ground.deadlocks()).length;
      await anew(stage.ground.url, async (other) => {
        const lock = (by: Application, name: string): Promise<unknown> =>
          by.query('SELECT * FROM marathon_lock WHERE lock_key = ? FOR UPDATE', [name]);
        for (const by of [stage.application, other]) await by.query('BEGIN');
        await lock(stage.application, 'held');
        await lock(other, 'other');
        const both = [lock(stage.application, 'other'), lock(other, 'held')].map(outcome);
        expect((await Promise.all(both)).sort()).toEqual(['done', 'failed']);
      });
      await stage.ground.faults.restart!('immediate');
      const deadlocks = (await stage.ground.deadlocks()).slice(before);
      const who = deadlocks.map(({ text }) => text.match(/SELECT \* FROM marathon_lock/g)?.length);
      expect(who).toEqual([2]);
    });
  }

  if (stage.dialect === 'mariadb') {
    it('tells the values of prepared statements that met', async () => {
      await stage.grant('other', 1);
      const before = (await stage.ground.deadlocks()).length;
      const clients = [
        await connectMariadb(stage.ground.url),
        await connectMariadb(stage.ground.url),
      ];
      const lock = (client: number, name: string): Promise<unknown> =>
        clients[client]!.execute('SELECT * FROM marathon_lock WHERE lock_key = ? FOR UPDATE', [
          name,
        ]);
      for (const client of clients) await client.query('BEGIN');
      await lock(0, 'held');
      await lock(1, 'other');
      await Promise.all([lock(0, 'other'), lock(1, 'held')].map(outcome));
      for (const client of clients) client.destroy();
      const [deadlock] = (await stage.ground.deadlocks()).slice(before);
      const names = [...deadlock!.text.matchAll(/lock_key = '(\w+)' FOR UPDATE/g)];
      expect(names.map(([, name]) => name).sort()).toEqual(['held', 'other']);
    });
  }

  it('goes with the process that opened it, even if that is killed, and so does who is stopped', async () => {
    const place = await mkdtemp(join(tmpdir(), 'marathon-place-'));
    await chmod(place, 0o755); // a server's user has to pass
    const worker = startWorker(new URL('./workers/opener.ts', import.meta.url), {
      args: [stage.dialect],
      env: { TMPDIR: place },
    });
    const { stopped, url } = await worker.messages.next('opened', 30_000);
    expect(await readdir(place)).toHaveLength(1);
    await (await connectApplication(String(url))).close();

    worker.kill('SIGKILL');
    await until('the stopped process is gone', async () => !isAlive(Number(stopped)));
    // Which nothing is mounted on any more, or it could not be removed.
    await until('its folder is gone', async () => (await readdir(place)).length === 0);
    await expect(connectApplication(String(url))).rejects.toThrow(/ECONNREFUSED|does not exist/);
    await rmdir(place);
  });
});
