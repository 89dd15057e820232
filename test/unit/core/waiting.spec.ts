import { describe, expect, it } from '@jest/globals';
import type { SingleRun } from '../../../lib/core/single-run.js';
import { VirtualClock } from '../../../lib/testing/virtual-clock.js';
import { FaultyStore, held, instance, requestFor, storeError, world } from './harness.js';

describe('a call that waits', () => {
  it('runs once the holder is done', async () => {
    const { clock, store, singleRun } = world();
    const lease = await held(singleRun);
    const other = instance(clock, store, 'i2');
    const waiting = other.singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'ran');
    await clock.advance(30_000);
    expect(other.events()).toEqual(['onAttempted']);
    await lease.release();
    await clock.advance(250);
    expect(await waiting).toMatchObject({ outcome: 'completed', value: 'ran' });
    expect(clock.timers).toBe(0);
  });

  it('runs at once when its own instance gives the name back', async () => {
    const { clock, singleRun } = world();
    const lease = await held(singleRun);
    const waiting = singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'ran');
    await clock.advance(10_000);
    const beforeMs = clock.monotonicAt();
    await lease.release();
    expect(await waiting).toMatchObject({ value: 'ran' });
    expect(clock.monotonicAt()).toBe(beforeMs);
  });

  it('is skipped when its time is over, and says who has the name then', async () => {
    const { clock, store, singleRun } = world();
    const first = await held(singleRun);
    const other = instance(clock, store, 'i2');
    const waiting = other.singleRun.run(requestFor('n', 1000, { waitMs: 5000 }), () => 'ran');
    await clock.advance(2000);
    await first.release();
    const second = await held(singleRun);
    await clock.advance(2999);
    expect(other.events()).toEqual(['onAttempted']);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ reason: 'held', holder: { fence: second.fence } });
    expect(other.events()).toEqual(['onAttempted', 'onSkipped']);
  });

  it('waits for the end of holdAtLeast', async () => {
    const { clock, singleRun } = world();
    await singleRun.run(requestFor('n', 10_000, { holdAtLeastMs: 8000 }), () => {});
    const waiting = singleRun.run(requestFor('n', 1000, { waitMs: 10_000 }), () => 'ran');
    await clock.advance(7990);
    const isRunning = await Promise.race([waiting, Promise.resolve('not yet')]);
    expect(isRunning).toBe('not yet');
    await clock.advance(300);
    expect(await waiting).toMatchObject({ value: 'ran' });
  });

  it('stops at once when its tick was taken', async () => {
    const { clock, store, singleRun } = world();
    const tick = { at: clock.wallAt(), notBeforeAt: clock.wallAt() };
    const lease = await held(singleRun);
    const other = instance(clock, store, 'i2');
    const request = requestFor('n', 1000, { waitMs: 60_000, tick });
    const waiting = other.singleRun.run(request, () => 'ran');
    await clock.advance(1000);
    await lease.release();
    await singleRun.run(requestFor('n', 1000, { tick }), () => {});
    const blocking = await held(singleRun);
    await clock.advance(250);
    expect(await waiting).toMatchObject({ reason: 'tick-taken' });
    await blocking.release();
  });

  it('asks a few times a second, however long it waits', async () => {
    const { clock, store, singleRun } = world();
    await held(singleRun);
    const other = instance(clock, store, 'i2');
    const waiting = other.singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'ran');
    await clock.advance(60_000);
    await waiting;
    const asked = store.calls.filter(({ verb }) => verb === 'acquire').length;
    expect(asked).toBeGreaterThan(60_000 / 250);
    expect(asked).toBeLessThan(60_000 / 125 + 20);
  });

  it('goes on waiting when the database fails for a moment', async () => {
    const { clock, store, singleRun } = world();
    const lease = await held(singleRun);
    const other = instance(clock, store, 'i2');
    const waiting = other.singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'ran');
    await clock.advance(1000);
    store.faults.acquire = () => Promise.reject(storeError('unknown'));
    await clock.advance(1000);
    await lease.release();
    await clock.advance(500);
    expect(await waiting).toMatchObject({ value: 'ran' });
    expect(other.events()).toContain('onStoreError');
  });

  it('stops at shutdown', async () => {
    const { clock, store, singleRun } = world();
    await held(singleRun);
    const other = instance(clock, store, 'i2');
    const waiters = [1, 2].map(() =>
      other.singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'ran'),
    );
    await clock.advance(1000);
    await other.singleRun.close(0);
    for (const waiting of waiters) expect(await waiting).toMatchObject({ reason: 'closing' });
  });
});

describe('64 calls of one instance that wait for one name', () => {
  it('run one after the other, in the order in which they came', async () => {
    const { clock, singleRun } = world();
    const order: number[] = [];
    await throughTheQueue(clock, singleRun, (index) => order.push(index));
    expect(order).toEqual(Array.from({ length: 64 }, (_, index) => index));
  });

  it('cost a few statements each, since only the first of them asks', async () => {
    const { clock, singleRun, store } = world();
    await throughTheQueue(clock, singleRun, () => {});
    const asked = store.calls.filter(({ verb }) => verb === 'acquire').length;
    expect(asked).toBeLessThan(64 * 5);
  });

  it('leave nothing behind', async () => {
    const { clock, singleRun } = world();
    await throughTheQueue(clock, singleRun, () => {});
    await clock.advance(1000);
    expect(clock.timers).toBe(0);
    const late = singleRun.run(requestFor('n', 1000, { waitMs: 1000 }), () => 'ran');
    expect(await late).toMatchObject({ value: 'ran' });
  });
});

describe('instances that wait for one name', () => {
  it('all come to their turn', async () => {
    const clock = new VirtualClock();
    const store = new FaultyStore(clock);
    let running = 0;
    let ran = 0;
    const calls = Array.from({ length: 16 }, (_, index) => {
      const { singleRun } = instance(clock, store, `i${index}`);
      return singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), async () => {
        running += 1;
        expect(running).toBe(1);
        await clock.pause(5);
        running -= 1;
        ran += 1;
      });
    });
    await clock.advance(60_000);
    await Promise.all(calls);
    expect(ran).toBe(16);
  });
});

async function throughTheQueue(
  clock: VirtualClock,
  singleRun: SingleRun,
  body: (index: number) => void,
): Promise<void> {
  const calls = Array.from({ length: 64 }, (_, index) =>
    singleRun.run(requestFor('n', 1000, { waitMs: 10_000 }), async () => {
      body(index);
      await clock.pause(5);
    }),
  );
  await clock.advance(10_000);
  for (const call of calls) expect(await call).toMatchObject({ outcome: 'completed' });
}
