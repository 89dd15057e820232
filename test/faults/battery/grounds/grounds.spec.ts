import { expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, readdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../support/poll.js';
import { startWorker } from '../../../support/worker.js';
import { connectApplication, type Application } from './application.js';
import type { GroundDialect, GroundFaults } from './ground.js';
import { anew, describeGrounds, outcome } from './stage.js';

/** What is not there at all, by what the database has. */
const MISSING: Readonly<Record<GroundDialect, readonly (keyof GroundFaults)[]>> = {
  postgres: [],
  mariadb: [],
  sqlite: ['killConnections', 'restart', 'readOnly', 'revoke'],
};

/** Only root can mount a disk of limited size. */
const ROOT = process.getuid?.() === 0;

describeGrounds('a ground', (stage) => {
  it('knows all faults that the database can have', () => {
    const all: (keyof GroundFaults)[] = [
      ...(['killConnections', 'restart', 'fillDisk', 'readOnly', 'revoke', 'dropTable'] as const),
      'lockRows',
    ];
    const missing = new Set([...MISSING[stage.dialect], ...(ROOT ? [] : ['fillDisk'])]);
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
    it('counts deadlocks, also those before a crash', async () => {
      await stage.grant('other', 1);
      const before = await stage.ground.deadlocks();
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
      expect((await stage.ground.deadlocks()) - before).toBe(1);
    });
  }

  it('goes with the process that opened it, even if that is killed', async () => {
    const place = await mkdtemp(join(tmpdir(), 'marathon-place-'));
    await chmod(place, 0o755); // a server's user has to pass
    const worker = startWorker(new URL('./workers/opener.ts', import.meta.url), {
      args: [stage.dialect],
      env: { TMPDIR: place },
    });
    const { url } = await worker.messages.next('opened', 30_000);
    expect(await readdir(place)).toHaveLength(1);
    await (await connectApplication(String(url))).close();

    worker.kill('SIGKILL');
    await until('its folder is gone', async () => (await readdir(place)).length === 0);
    await expect(connectApplication(String(url))).rejects.toThrow(/ECONNREFUSED|does not exist/);
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain(place);
    await rmdir(place);
  });
});
