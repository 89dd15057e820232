import { describe, expect, it } from '@jest/globals';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { gate, held, requestFor, world } from './harness.js';

const HOUR_MS = 3_600_000;

/** A world that notes how long each call of the store may take. */
function timed() {
  const { store, ...rest } = world();
  const boundsMs: Record<'acquire' | 'renew' | 'release', number[]> = {
    acquire: [],
    renew: [],
    release: [],
  };
  const { acquire, renew, release } = store;
  const noted =
    <Batch, Answer>(bounds: number[], call: (batch: Batch, timeoutMs: number) => Answer) =>
    (batch: Batch, timeoutMs: number): Answer => {
      bounds.push(timeoutMs);
      return call(batch, timeoutMs);
    };
  store.acquire = noted(boundsMs.acquire, acquire) satisfies LockStore['acquire'];
  store.renew = noted(boundsMs.renew, renew) satisfies LockStore['renew'];
  store.release = noted(boundsMs.release, release) satisfies LockStore['release'];
  return { ...rest, store, boundsMs };
}

describe('a renewal that hangs', () => {
  it('is cut off in time for another one before the deadline', async () => {
    const { clock, singleRun, boundsMs } = timed();
    await held(singleRun, 'n', 3000);
    await clock.advance(1000);
    expect(boundsMs.renew).toEqual([700]); // of the 1400 that are left of 2400
  });

  it.each([
    ['first', ['short', 'long']],
    ['last', ['long', 'short']],
  ])('is cut off in time for the lease that ends first, if that was taken %s', async (_, names) => {
    const { clock, singleRun, boundsMs } = timed();
    for (const name of names) await held(singleRun, name, name === 'short' ? 3000 : 60_000);
    await clock.advance(1000);
    expect(boundsMs.renew).toEqual([700]);
  });

  it('is not waited for longer than any other call, however long the lease', async () => {
    const { clock, singleRun, boundsMs } = timed();
    const lease = await held(singleRun, 'n', HOUR_MS);
    await clock.advance(HOUR_MS / 3);
    await lease.release();
    expect(boundsMs).toEqual({ acquire: [5000], renew: [5000], release: [5000] });
  });

  it('has the time of a healthy round trip, however short the lease', async () => {
    const { clock, singleRun, boundsMs } = timed();
    await held(singleRun, 'n', 100);
    await clock.advance(34);
    expect(boundsMs.renew).toEqual([50]);
  });
});

describe('a lease among others', () => {
  it('is renewed on when another one is given back', async () => {
    const { clock, singleRun } = world();
    const [given, kept] = await Promise.all([held(singleRun, 'a'), held(singleRun, 'b')]);
    await given.release();
    await clock.advance(10_000);
    expect(kept.signal.aborted).toBe(false);
    expect(await kept.release()).toBe('released');
    expect(clock.timers).toBe(0);
  });

  it('is told to stop at its deadline when another one is given back', async () => {
    const { clock, singleRun } = world();
    const given = await held(singleRun, 'a');
    const attempt = await singleRun.acquire(requestFor('b', 1000, { renew: false }));
    if (!('lease' in attempt)) throw new Error(`refused: ${attempt.reason}`);
    await given.release();
    await clock.advance(800);
    expect(attempt.lease.signal.aborted).toBe(true);
  });

  it('is not written more often than it has to be', async () => {
    const { clock, singleRun, store } = world();
    await held(singleRun, 'n', HOUR_MS);
    await clock.advance(HOUR_MS / 3 - 1);
    expect(store.calls.map(({ verb }) => verb)).toEqual(['acquire']);
    await clock.advance(HOUR_MS / 3);
    expect(store.calls.map(({ verb }) => verb)).toEqual(['acquire', 'renew']);
  });
});

describe('the timer', () => {
  it('is not set again by a renewal whose lease was given back meanwhile', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    const reply = gate();
    store.faults.renew = async (answer) => {
      await reply.passed;
      return answer();
    };
    await clock.advance(334);
    await lease.release();
    reply.open();
    await clock.settled();
    expect(clock.timers).toBe(0);
  });

  it('that is a little late, as timers are, is not told as an event loop that was blocked', async () => {
    const { clock, singleRun, told } = world();
    await singleRun.acquire(requestFor('n', 1000, { renew: false }));
    await clock.advance(790);
    clock.block(40);
    await clock.advance(0);
    expect(told).toContainEqual(expect.objectContaining({ event: 'onLost', blockedMs: 0 }));
  });
});
