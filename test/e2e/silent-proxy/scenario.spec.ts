import { once } from 'node:events';
import { describe, expect } from '@jest/globals';
import { throughPort } from '../../support/databases.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Worker, WorkerMessage } from '../../support/worker.js';
import { databaseNow, lockRow, until } from '../support/oracle.js';
import type { Scene } from '../support/scene.js';
import { Scenes } from '../support/scenes.js';

/** Leaves a second between the holder's deadline and the lease's end, for a slow machine. */
const TTL_MS = 5000;
/** Shorter, and longer, than the five seconds after which a call is cut off. */
const SHORT_TTL_MS = 2000;
const LONG_TTL_MS = 60_000;
/** An acquire is tried for 10 s, by calls that are cut off after 5 s each; and a slow machine. */
const LONGEST_ACQUIRE_MS = 11_500;

describe('A network that fails between an instance and its database', () => {
  // SQLite has no network.
  const scenes = new Scenes(new URL('./worker.ts', import.meta.url), ['postgres', 'mariadb']);

  /** An instance that has a connection of its own open through the proxy. */
  async function farAway(scene: Scene): Promise<{ proxy: TcpProxy; worker: Worker }> {
    const proxy = await scene.proxy();
    const url = throughPort((await scene.database).url, proxy.port);
    const worker = await scene.start({ instance: `port-${proxy.port}`, url });
    await ask(worker, 'acquire', `warm-${proxy.port}`);
    expect(await ask(worker, 'release', `warm-${proxy.port}`)).toMatchObject(RELEASED);
    return { proxy, worker };
  }

  scenes.it(
    'and falls silent: no call hangs, the signal fires before the lease ends, and later calls work',
    async (scene) => {
      const { proxy, worker } = await farAway(scene);
      const database = await scene.database;
      expect(await ask(worker, 'acquire', 'kept')).toMatchObject(ACQUIRED);
      await proxy.setMode('silent');
      const acquiring = ask(worker, 'acquire', 'wanted');

      const aborted = await worker.messages.next('aborted');
      expect(await databaseNow(database)).toBeLessThan(
        (await lockRow(database, 'kept'))!.locked_until,
      );
      expect(aborted).toMatchObject({ name: 'kept', code: 'MARATHON_LEASE_LOST' });
      const acquired = await acquiring;
      expect(acquired).toMatchObject(FAILED);
      expect(acquired['tookMs']).toBeLessThan(LONGEST_ACQUIRE_MS);
      expect(await lockRow(database, 'wanted')).toBeUndefined();

      await proxy.setMode('forward');
      expect(await ask(worker, 'acquire', 'wanted', LONG_TTL_MS)).toMatchObject(ACQUIRED);
      expect(await lockRow(database, 'wanted')).toMatchObject({ released_at: null });
      expect(await ask(worker, 'release', 'wanted')).toMatchObject(RELEASED);
    },
  );

  scenes.it(
    'and loses replies: what was granted is granted once, what was released is released',
    async (scene) => {
      const { proxy, worker } = await farAway(scene);
      const database = await scene.database;
      const acquiring = losingReply(proxy, () => ask(worker, 'acquire', NAME, LONG_TTL_MS));
      const granted = await until('it is granted', () => lockRow(database, NAME));
      const { acquired_at, fence } = granted;
      expect(await acquiring).toMatchObject({ ...ACQUIRED, fence });
      expect(await lockRow(database, NAME)).toMatchObject({ acquired_at, fence });

      const releasing = losingReply(proxy, () => ask(worker, 'release', NAME));
      const { released_at } = await until('it is released', async () => {
        const row = await lockRow(database, NAME);
        return row?.released_at != null && row;
      });
      expect(await releasing).toMatchObject(RELEASED);
      expect(await lockRow(database, NAME)).toMatchObject({ released_at, fence });
    },
  );

  scenes.it(
    'and was silent for one call: the next is granted once it is sent, however long it had to wait',
    async (scene) => {
      const { proxy, worker } = await farAway(scene);
      await proxy.setMode('silent');
      const lost = once(proxy, 'lost');
      const cutOff = ask(worker, 'acquire', 'cut-off', LONG_TTL_MS);
      await lost;
      // It waits for the first, which is cut off after five seconds and then repeated.
      const behind = ask(worker, 'acquire', 'behind', SHORT_TTL_MS);
      await proxy.setMode('forward');
      expect(await Promise.all([cutOff, behind])).toMatchObject([ACQUIRED, ACQUIRED]);
    },
  );

  scenes.it(
    'and resets connections, which a held lease outlives and an acquire gets over',
    async (scene) => {
      const { proxy, worker } = await farAway(scene);
      const { fence } = await ask(worker, 'acquire', 'held', LONG_TTL_MS);
      await proxy.setMode('reset');
      const acquiring = ask(worker, 'acquire', 'insisted');
      for (let attempts = 0; attempts < 3; attempts += 1) await once(proxy, 'connection');
      await proxy.setMode('forward');

      expect(await acquiring).toMatchObject(ACQUIRED);
      expect(await ask(worker, 'release', 'insisted')).toMatchObject(RELEASED);
      expect(await ask(worker, 'release', 'held')).toMatchObject(RELEASED);
      expect(await lockRow(await scene.database, 'held')).toMatchObject({ fence });
    },
  );
});

const NAME = 'answered-late';
const ACQUIRED = { type: 'acquired' };
const RELEASED = { type: 'released', answer: 'released' };
const FAILED = { type: 'failed', code: 'MARATHON_STORE_FAILED' };

/** Makes a call whose first reply is lost; those to its repetitions are not. */
async function losingReply(
  proxy: TcpProxy,
  call: () => Promise<WorkerMessage>,
): Promise<WorkerMessage> {
  await proxy.setMode('drop-replies');
  const lost = once(proxy, 'lost');
  const called = call();
  await lost;
  await proxy.setMode('forward');
  return called;
}

/** Resolves to the instance's answer, once the call has ended. */
async function ask(
  worker: Worker,
  type: 'acquire' | 'release',
  name: string,
  ttlMs = TTL_MS,
): Promise<WorkerMessage> {
  const answered = worker.messages.waitFor(
    (message) => message['name'] === name && message.type !== 'aborted',
    20_000,
  );
  await worker.send({ type, name, ttlMs });
  return answered;
}
