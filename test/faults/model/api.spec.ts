import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import { histories } from './commands/index.js';
import { finish } from './finish.js';
import { patienceMs, runs } from './settings.js';
import { World } from './world.js';

const USUAL = 150;

describe('the public API', () => {
  it(
    'does what the model says, whatever is called in whatever order',
    async () => {
      const property = fc.asyncProperty(histories, async (commands) => {
        const world = await World.create((clock) => new MemoryLockStore(clock));
        try {
          await fc.asyncModelRun(() => ({ model: world, real: world }), commands);
          await finish(world);
        } catch (error) {
          await finish(world).catch(() => {});
          throw error;
        }
      });
      await fc.assert(property, runs(USUAL));
    },
    patienceMs(USUAL),
  );
});
