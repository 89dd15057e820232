import { describe, expect } from '@jest/globals';
import { databaseNow, linesOf, lockRow, until } from '../support/oracle.js';
import { Scenes } from '../support/scenes.js';

const TTL_MS = 2000;
const TICK_MS = 1000;
/** For crons that fire late on a slow machine; less than another ttl, which would be a failure. */
const SLACK_MS = 1500;

describe('An instance that is killed by SIGKILL in the middle of a run', () => {
  const worker = new URL('./worker.ts', import.meta.url);
  const scenes = new Scenes(worker, ['postgres', 'mariadb', 'sqlite']);

  scenes.it(
    'is followed by another within ttl plus one tick, but not before its lease has ended',
    async (scene) => {
      const database = await scene.database;
      const killed = await scene.start({ instance: 'killed', ttlMs: TTL_MS });
      await killed.messages.next('started');
      const other = await scene.start({ instance: 'other', ttlMs: TTL_MS });
      await until('the lease was renewed', async () => {
        const row = await lockRow(database, 'endless');
        return row!.locked_until > row!.acquired_at + TTL_MS + TICK_MS;
      });

      killed.kill('SIGKILL');
      expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const diedAt = await databaseNow(database);
      const left = (await lockRow(database, 'endless'))!;
      expect(left).toMatchObject({ instance: 'killed', released_at: null });
      // The library rounds to the millisecond what is rounded down here.
      expect(left.locked_until).toBeLessThanOrEqual(diedAt + 1 + TTL_MS);

      await other.messages.next('started');
      const [, started] = await linesOf(database, 'endless');
      const taken = (await lockRow(database, 'endless'))!;
      expect([started!.instance, taken.instance]).toEqual(['other', 'other']);
      expect(taken.acquired_at).toBeGreaterThanOrEqual(left.locked_until);
      expect(started!.wrote_at).toBeGreaterThanOrEqual(left.locked_until - 1);
      expect(started!.wrote_at).toBeLessThanOrEqual(diedAt + TTL_MS + TICK_MS + SLACK_MS);
      expect(taken.fence).toBeGreaterThan(left.fence);
    },
  );
});
