import { describe, expect } from '@jest/globals';
import { databaseNow, linesOf, lockRow, until } from '../support/oracle.js';
import { Scenes } from '../support/scenes.js';
import { tryToAcquire } from '../support/try-to-acquire.js';

const TTL_MS = 2000;
const NAME = 'transaction';

describe('A job that holds the only connection of the pool in a transaction for several ttls', () => {
  // SQLite's only connection is no pool, and its transactions keep all others from writing.
  const scenes = new Scenes(new URL('./worker.ts', import.meta.url), ['postgres', 'mariadb']);

  scenes.it('keeps its lease, and another instance is refused throughout', async (scene) => {
    const database = await scene.database;
    const [worker, other] = await Promise.all([
      scene.start({ instance: 'worker', ttlMs: TTL_MS, poolSize: 1 }),
      scene.start({ instance: 'other' }),
    ]);
    await worker.send({ type: 'work' });
    await worker.messages.next('started');
    const granted = (await lockRow(database, NAME))!;
    const answers = new Set<string>();
    await until('three ttls have passed', async () => {
      answers.add(await tryToAcquire(other, { name: NAME, ttlMs: TTL_MS }));
      return (await databaseNow(database)) > granted.acquired_at + 3 * TTL_MS;
    });
    expect([...answers]).toEqual(['refused']);
    expect(worker.messages.all.map(({ type }) => type)).not.toContain('pool-answered');

    await worker.send({ type: 'finish' });
    expect(await worker.messages.next('finished')).toMatchObject({ aborted: false });
    await worker.messages.next('ended');
    const released = (await lockRow(database, NAME))!;
    expect(released).toMatchObject({ instance: 'worker', fence: granted.fence });
    const [, finished] = await linesOf(database, NAME);
    expect(released.released_at).toBeGreaterThanOrEqual(finished!.wrote_at);
    expect(await tryToAcquire(other, { name: NAME, ttlMs: TTL_MS })).toBe('acquired');
  });
});
