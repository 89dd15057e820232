import { describe, expect } from '@jest/globals';
import type { Worker } from '../../support/worker.js';
import { linesOf, lockRow, until } from '../support/oracle.js';
import type { Scene } from '../support/scene.js';
import { Scenes } from '../support/scenes.js';

const TTL_MS = 1000;
const ROUNDS = 3;

/** What no lock with a timeout can prevent, and what the fence is for. */
describe('A holder that is stopped by SIGSTOP for longer than its ttl', () => {
  const file = new URL('./worker.ts', import.meta.url);
  const all = new Scenes(file, ['postgres', 'mariadb', 'sqlite']);
  // On SQLite nobody else can write while its one writer stands still.
  const servers = new Scenes(file, ['postgres', 'mariadb']);

  all.it('writes late when it goes on, but not by the transaction of its lease', async (scene) => {
    const [stopped, other] = await start(scene);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `round-${round}`;
      const fences = await supersede(scene, { name, stopped, other });
      // The newer holder is at work: it has written, and has not released yet.
      await other.send({ type: 'write' });
      expect(await other.messages.next('wrote')).toMatchObject({ fenced: 'committed' });
      stopped.kill('SIGCONT');
      await stopped.send({ type: 'write' });
      expect(await stopped.messages.next('wrote')).toMatchObject({ fenced: 'refused' });

      const lines = await linesOf(await scene.database, name);
      expect(written(lines, 'fenced')).toEqual([fences.newer]);
      expect(written(lines, 'unfenced')).toEqual([fences.newer, fences.older]);
    }
  });

  servers.it('commits nothing of a transaction in the middle of which it stood', async (scene) => {
    const [stopped, other] = await start(scene);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `round-${round}`;
      const fences = await supersede(scene, { name, stopped, other, stopInside: true });
      stopped.kill('SIGCONT');
      await stopped.send({ type: 'write' });
      expect(await stopped.messages.next('wrote')).toMatchObject({ fenced: 'refused' });
      await other.send({ type: 'write' });
      expect(await other.messages.next('wrote')).toMatchObject({ fenced: 'committed' });

      const lines = await linesOf(await scene.database, name);
      expect(written(lines, 'fenced')).toEqual([fences.newer]);
    }
  });
});

function start(scene: Scene): Promise<[Worker, Worker]> {
  return Promise.all([
    scene.start({ instance: 'stopped', ttlMs: TTL_MS }),
    scene.start({ instance: 'other', ttlMs: TTL_MS }),
  ]);
}

/** One worker takes the name and is stopped; the other one takes it when the lease has ended. */
async function supersede(
  scene: Scene,
  {
    name,
    stopped,
    other,
    stopInside,
  }: {
    readonly name: string;
    readonly stopped: Worker;
    readonly other: Worker;
    readonly stopInside?: boolean;
  },
): Promise<{ older: number; newer: number }> {
  await stopped.send({ type: 'run', name, stopInside });
  const older = (await stopped.messages.next('holds')).fence as number;
  stopped.kill('SIGSTOP');
  await other.send({ type: 'run', name, stopInside });
  const newer = (await other.messages.next('holds')).fence as number;
  await until('the name is taken over', async () => {
    const row = await lockRow(await scene.database, name);
    return row?.instance === 'other' && row.fence === newer;
  });
  expect(newer).toBeGreaterThan(older);
  return { older, newer };
}

/** The fences of the writes that landed, in their order. */
function written(
  lines: readonly { readonly what: string; readonly tick: number | null }[],
  what: string,
): (number | null)[] {
  return lines.filter((line) => line.what === what).map(({ tick }) => tick);
}
