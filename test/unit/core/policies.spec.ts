import { describe, expect, it } from '@jest/globals';
import { LeaseLostError, LockStoreError, MaxRuntimeError } from '../../../lib/core/errors.js';
import { settled } from '../../../lib/testing/settled.js';
import { gate, requestFor, storeError, world } from './harness.js';

describe('a run with maxRuntime', () => {
  it('is told to stop when it is over, by a reason that says so', async () => {
    const { clock, singleRun, told } = world();
    const body = gate();
    let reason: unknown;
    const request = requestFor('n', 1000, { maxRuntimeMs: 30_000 });
    const run = singleRun.run(request, async ({ signal }) => {
      signal.addEventListener('abort', () => (reason = signal.reason));
      await body.passed;
    });
    await clock.advance(29_999);
    expect(reason).toBeUndefined();
    await clock.advance(1);
    expect(reason).toBeInstanceOf(MaxRuntimeError);
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'onOverran', name: 'n', maxRuntimeMs: 30_000 }),
    );
    body.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
  });

  it('is not renewed any more, and loses its lease if it goes on', async () => {
    const { clock, singleRun, store, told } = world();
    const body = gate();
    const request = requestFor('n', 1000, { maxRuntimeMs: 2000 });
    const run = singleRun.run(request, () => body.passed);
    await clock.advance(2000);
    const renewals = (): number => store.calls.filter(({ verb }) => verb === 'renew').length;
    const before = renewals();
    await clock.advance(2000);
    expect(renewals()).toBe(before);
    expect(told).toContainEqual(expect.objectContaining({ event: 'onLost', cause: 'max-runtime' }));
    expect(told.filter(({ event }) => event === 'onOverran')).toHaveLength(1);
    expect(clock.timers).toBe(0);
    body.open();
    expect(await run).toMatchObject({ lost: true });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'onFinished', outcome: 'aborted', lost: true }),
    );
  });

  it('may not be prolonged after that', async () => {
    const { clock, singleRun } = world();
    const body = gate();
    const request = requestFor('n', 60_000, { maxRuntimeMs: 2000 });
    const run = singleRun.run(request, async (lease) => {
      await body.passed;
      await lease.extend(90_000);
    });
    await clock.advance(2000);
    body.open();
    await expect(run).rejects.toBeInstanceOf(MaxRuntimeError);
  });

  it('may be longer than its ttl, or shorter', async () => {
    for (const [ttlMs, maxRuntimeMs] of [
      [1000, 10],
      [100, 5000],
    ] as const) {
      const { clock, singleRun } = world();
      let aborted: unknown;
      const body = gate();
      const run = singleRun.run(requestFor('n', ttlMs, { maxRuntimeMs }), async ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = signal.reason));
        await body.passed;
      });
      await clock.advance(maxRuntimeMs);
      expect(aborted).toBeInstanceOf(MaxRuntimeError);
      body.open();
      await run;
    }
  });

  it('is told of a lost lease before, if that comes first', async () => {
    const { clock, singleRun, store } = world();
    const body = gate();
    let reason: unknown;
    const run = singleRun.run(requestFor('n', 1000, { maxRuntimeMs: 5000 }), async (lease) => {
      lease.signal.addEventListener('abort', () => (reason = lease.signal.reason));
      await body.passed;
    });
    await settled();
    store.faults.renew = async () => [{ renewed: false }];
    await clock.advance(400);
    expect(reason).toBeInstanceOf(LeaseLostError);
    await clock.advance(10_000);
    expect(reason).toBeInstanceOf(LeaseLostError);
    body.open();
    await run;
  });
});

describe("onStoreError: 'skip'", () => {
  const request = requestFor('n', 1000, { onStoreError: 'skip' });

  it('makes a skip of a database that fails, and does not run the body', async () => {
    const { clock, singleRun, store, told } = world();
    const fail = (): Promise<never> => {
      store.faults.acquire = fail;
      return Promise.reject(storeError('unsent'));
    };
    store.faults.acquire = fail;
    const run = singleRun.run(request, () => expect(true).toBe(false));
    await clock.advance(20_000);
    expect(await run).toEqual({ outcome: 'skipped', reason: 'store-error', holder: undefined });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'onSkipped', reason: 'store-error' }),
    );
  });

  it("passes on a LockStoreError that the body throws: that is the body's", async () => {
    const { singleRun } = world();
    const failure = storeError('refused', false);
    await expect(singleRun.run(request, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('is not the default: the call is rejected, and observers are told', async () => {
    const { singleRun, store, events } = world();
    store.faults.acquire = () => Promise.reject(storeError('refused', false));
    await expect(singleRun.run(requestFor('n'), () => 1)).rejects.toBeInstanceOf(LockStoreError);
    expect(events()).toEqual(['onAttempted', 'onStoreError', 'onRejected']);
  });
});
