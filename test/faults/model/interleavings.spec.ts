import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import { interleavings } from './interleavings.js';
import { patienceMs, runs } from './settings.js';

const USUAL = 100;

describe('every interleaving of calls with what the store is asked and answers', () => {
  it(
    'keeps what is promised, and comes to an end',
    async () => {
      const property = interleavings((clock) => new MemoryLockStore(clock));
      await fc.assert(property, runs(USUAL));
    },
    patienceMs(USUAL),
  );
});
