import { describe, expect } from '@jest/globals';
import type { Worker } from '../../support/worker.js';
import { databaseNow, linesOf, lockRow, until } from '../support/oracle.js';
import type { Scene } from '../support/scene.js';
import { Scenes } from '../support/scenes.js';
import type { Part } from '../support/settings.js';
import { tryToAcquire } from '../support/try-to-acquire.js';

/** Far longer than a test: what is taken again was given back, and did not expire. */
const LONG_TTL_MS = 120_000;
const SHORT_TTL_MS = 2000;
/** Between two attempts of the other instance, on a slow machine; less than another ttl. */
const SLACK_MS = 1500;

const ORDERS: readonly [Part, Part, Part][] = [
  ['marathon', 'typeorm', 'schedule'],
  ['schedule', 'typeorm', 'marathon'],
];

describe('An instance that is told SIGTERM in the middle of a run', () => {
  const worker = new URL('./worker.ts', import.meta.url);
  const scenes = new Scenes(worker, ['postgres', 'mariadb', 'sqlite']);
  const others = new Map<Scene, Promise<Worker>>();

  /** Whether another instance gets the name now. One for all tests of a scene. */
  async function tryOther(scene: Scene, name: string): Promise<string> {
    const other = others.get(scene) ?? scene.start({ instance: 'other' });
    others.set(scene, other);
    return tryToAcquire(await other, { name, ttlMs: LONG_TTL_MS });
  }

  for (const order of ORDERS) {
    scenes.it(
      `aborts the signal, waits for the body and gives the name back, if it imports ${order.join(', ')}`,
      async (scene) => {
        const name = `${order[0]}-first`;
        const database = await scene.database;
        const instance = await scene.start({ instance: name, ttlMs: LONG_TTL_MS, order });
        await instance.messages.next('started');
        expect(await tryOther(scene, name)).toBe('refused');

        instance.kill('SIGTERM');
        const aborted = await instance.messages.next('aborted');
        expect(aborted).toMatchObject({ code: 'MARATHON_CLOSING' });
        expect(await lockRow(database, name)).toMatchObject({ instance: name, released_at: null });
        expect(await tryOther(scene, name)).toBe('refused');

        await instance.send({ type: 'finish' });
        expect(await instance.exited).toEqual({ code: 0, signal: null });
        // That the body could write tells that the application's connections were still open.
        const [finished] = await linesOf(database, name);
        const { released_at, locked_until } = (await lockRow(database, name))!;
        expect(released_at).toBeGreaterThanOrEqual(finished!.wrote_at);
        expect(locked_until).toBe(released_at);
        expect(await tryOther(scene, name)).toBe('acquired');
      },
    );
  }

  scenes.it(
    'ends after its shutdownTimeout all the same, and a body that still runs keeps its lease until ttl',
    async (scene) => {
      const name = 'stubborn';
      const database = await scene.database;
      const settings = { instance: name, ttlMs: SHORT_TTL_MS, shutdownTimeoutMs: 300 };
      const instance = await scene.start(settings);
      await instance.messages.next('started');
      expect(await tryOther(scene, name)).toBe('refused');

      instance.kill('SIGTERM');
      await instance.messages.next('aborted');
      expect(await instance.exited).toEqual({ code: 0, signal: null });
      const left = (await lockRow(database, name))!;
      expect(left).toMatchObject({ instance: name, released_at: null });
      expect(left.locked_until).toBeGreaterThan(await databaseNow(database));

      await until('the other instance has it', async () => {
        return (await tryOther(scene, name)) === 'acquired';
      });
      const { acquired_at, ...taken } = (await lockRow(database, name))!;
      expect(taken.instance).toBe('other');
      expect(acquired_at).toBeGreaterThanOrEqual(left.locked_until);
      expect(acquired_at).toBeLessThanOrEqual(left.locked_until + SLACK_MS);
    },
  );
});
