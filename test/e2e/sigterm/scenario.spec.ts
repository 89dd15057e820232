import { expect, it } from '@jest/globals';
import { describeDatabases } from '../../support/databases.js';
import type { Worker } from '../../support/worker.js';
import { databaseNow, linesOf, lockRow, until } from '../support/oracle.js';
import { Scene } from '../support/scene.js';
import type { Part } from '../support/settings.js';
import { tryToAcquire } from '../support/try-to-acquire.js';

/** Far longer than a test: what is taken again was given back, and did not expire. */
const LONG_TTL_MS = 120_000;
const SHORT_TTL_MS = 2000;
/** Between two attempts of the other instance, on a slow machine; less than another ttl. */
const SLACK_MS = 1500;

describeDatabases('An instance that is told SIGTERM in the middle of a run', (dialect) => {
  const scene = new Scene(dialect, new URL('./worker.ts', import.meta.url));
  let other: Promise<Worker> | undefined;

  /** Whether another instance gets the name now. */
  async function tryOther(name: string): Promise<string> {
    other ??= scene.start({ instance: 'other' });
    return tryToAcquire(await other, { name, ttlMs: LONG_TTL_MS });
  }

  it.concurrent.each<[Part, Part, Part]>([
    ['marathon', 'typeorm', 'schedule'],
    ['schedule', 'typeorm', 'marathon'],
  ])(
    'aborts the signal, waits for the body and gives the name back, imported as %s, %s, %s',
    async (...order) => {
      const name = `${order[0]}-first`;
      const database = await scene.database;
      const worker = await scene.start({ instance: name, ttlMs: LONG_TTL_MS, order });
      await worker.messages.next('started');
      expect(await tryOther(name)).toBe('refused');

      worker.kill('SIGTERM');
      expect(await worker.messages.next('aborted')).toMatchObject({ code: 'MARATHON_CLOSING' });
      expect(await lockRow(database, name)).toMatchObject({ instance: name, released_at: null });
      expect(await tryOther(name)).toBe('refused');

      await worker.send({ type: 'finish' });
      expect(await worker.exited).toEqual({ code: 0, signal: null });
      // That the body could write tells that the application's connections were still open.
      const [finished] = await linesOf(database, name);
      const { released_at, locked_until } = (await lockRow(database, name))!;
      expect(released_at).toBeGreaterThanOrEqual(finished!.wrote_at);
      expect(locked_until).toBe(released_at);
      expect(await tryOther(name)).toBe('acquired');
    },
    60_000,
  );

  it.concurrent(
    'ends after its shutdownTimeout all the same, and a body that still runs keeps its lease until ttl',
    async () => {
      const name = 'stubborn';
      const database = await scene.database;
      const settings = { instance: name, ttlMs: SHORT_TTL_MS, shutdownTimeoutMs: 300 };
      const worker = await scene.start(settings);
      await worker.messages.next('started');
      expect(await tryOther(name)).toBe('refused');

      worker.kill('SIGTERM');
      await worker.messages.next('aborted');
      expect(await worker.exited).toEqual({ code: 0, signal: null });
      const left = (await lockRow(database, name))!;
      expect(left).toMatchObject({ instance: name, released_at: null });
      expect(left.locked_until).toBeGreaterThan(await databaseNow(database));

      await until('the other instance has it', async () => (await tryOther(name)) === 'acquired');
      const { acquired_at, instance } = (await lockRow(database, name))!;
      expect(instance).toBe('other');
      expect(acquired_at).toBeGreaterThanOrEqual(left.locked_until);
      expect(acquired_at).toBeLessThanOrEqual(left.locked_until + SLACK_MS);
    },
    60_000,
  );
});
