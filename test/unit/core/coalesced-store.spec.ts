import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../lib/core/clock.js';
import { CoalescedStore } from '../../../lib/core/coalesced-store.js';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { storeError } from './harness.js';

type Verb = 'acquire' | 'renew' | 'release';
type Asked = [names: string[], timeoutMs: number, lockWaitMs: number | undefined];

const requests = {
  acquire: { owner: 'o', instance: 'i', ttlMs: 1000, tick: undefined },
  renew: { owner: 'o', fence: 1, ttlMs: 1000 },
  release: { owner: 'o', fence: 1, holdAtLeastMs: 0 },
};

/** What a store is asked that refuses whatever comes with `slow`, and answers nothing to the others. */
function refusing(verb: Verb, nearestDeadlineMs = Infinity) {
  const asked: Asked[] = [];
  const refuse = (batch: readonly { name: string }[], timeoutMs: number, lockWaitMs?: number) => {
    asked.push([batch.map(({ name }) => name), timeoutMs, lockWaitMs]);
    const isSlow = batch.some(({ name }) => name === 'slow');
    return isSlow ? Promise.reject(storeError('refused')) : Promise.resolve(batch.map(() => ({})));
  };
  const store = { acquire: refuse, renew: refuse, release: refuse } as unknown as LockStore;
  const coalesced = new CoalescedStore(systemClock, store, () => nearestDeadlineMs);
  const ask = (name: string): Promise<unknown> => {
    const request = { ...requests[verb], name };
    return verb === 'acquire'
      ? coalesced.acquire(request as never, () => {})
      : coalesced[verb](request as never);
  };
  return { asked, ask };
}

describe.each(['acquire', 'renew', 'release'] as const)('to %s', (verb) => {
  it('a name that was refused is given less time to wait for its row, and as much to answer', async () => {
    const { asked, ask } = refusing(verb);
    await Promise.allSettled([ask('slow'), ask('a')]);
    await Promise.allSettled([ask('a'), ask('slow')]);
    expect(asked).toEqual([
      [['slow', 'a'], 5000, undefined],
      [['slow'], 5000, 100],
      [['a'], 5000, 100],
      [['a'], 5000, undefined],
      [['slow'], 5000, 100],
    ]);
  });
});

it('a renewal leaves time for another one before the nearest deadline', async () => {
  const { asked, ask } = refusing('renew', 301);
  await Promise.allSettled([ask('slow')]);
  await Promise.allSettled([ask('slow')]);
  expect(asked).toEqual([
    [['slow'], 150, undefined],
    [['slow'], 150, 75],
  ]);
});
