import { once } from 'node:events';
import { describe, expect } from '@jest/globals';
import { throughPort } from '../../support/databases.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Worker, WorkerMessage } from '../../support/worker.js';
import { databaseNow, linesOf, until } from '../support/oracle.js';
import { ready, type Scene } from '../support/scene.js';
import { Scenes } from '../support/scenes.js';

const AWAY_MS = 3000;

describe('A database that is away', () => {
  // SQLite is never away.
  const scenes = new Scenes(new URL('./worker.ts', import.meta.url), ['postgres', 'mariadb']);

  /** An instance whose cron runs each second, under its own name. */
  async function launch(scene: Scene, instance: string, proxy: TcpProxy): Promise<Worker> {
    return scene.launch({ instance, url: throughPort((await scene.database).url, proxy.port) });
  }

  scenes.it(
    'at start-up and comes back, for the application and then for the lock: crons run then',
    async (scene) => {
      const proxy = await scene.proxy();
      await proxy.setMode('refuse');
      const worker = await launch(scene, 'starting', proxy);
      await logged(worker, /Unable to connect to the database.*Retrying \(2\)/);
      const connected = once(proxy, 'connection');
      await proxy.setMode('forward');
      // The application has its first connection now, and the lock has none.
      await connected;
      await proxy.setMode('refuse');
      await logged(worker, /Waiting for the lock.*database/);
      await proxy.setMode('forward');
      await ready(worker);
      await worker.messages.next('ran');
      expect(await linesOf(await scene.database, 'starting')).not.toHaveLength(0);
    },
  );

  scenes.it(
    'for some seconds while crons run: the process lives on, and runs go on afterwards',
    async (scene) => {
      const database = await scene.database;
      const proxy = await scene.proxy();
      const worker = await launch(scene, 'running', proxy);
      await ready(worker);
      await worker.messages.next('ran');
      await proxy.setMode('reset');
      await proxy.setMode('refuse');
      const awayAt = await databaseNow(database);
      await logged(worker, /(acquire|release) failed/);
      await until('it was away for long enough', async () => {
        return (await databaseNow(database)) >= awayAt + AWAY_MS;
      });
      const backAt = await databaseNow(database);
      const runsBefore = runsTold(worker);
      await proxy.setMode('forward');

      // The first was taken above. Two more, as the next may have been asked for before.
      for (let runs = 1; runs < runsBefore + 2; runs += 1) await worker.messages.next('ran');
      const times = (await linesOf(database, 'running')).map(({ wrote_at }) => wrote_at);
      expect(times.filter((at) => at > awayAt && at < backAt)).toEqual([]);
      expect(times.filter((at) => at >= backAt).length).toBeGreaterThanOrEqual(2);

      worker.kill('SIGTERM');
      expect(await worker.exited).toEqual({ code: 0, signal: null });
    },
  );
});

/** Waits for a warning or an error that the instance logs. */
function logged(worker: Worker, text: RegExp): Promise<WorkerMessage> {
  return worker.messages.waitFor(
    (message) => message.type === 'logged' && text.test(message['text'] as string),
    30_000,
  );
}

function runsTold(worker: Worker): number {
  return worker.messages.all.filter(({ type }) => type === 'ran').length;
}
