import { describe, expect, it } from '@jest/globals';
import { settled } from '../../../lib/testing/settled.js';
import { gate, held, instance, requestFor, storeError, world } from './harness.js';

describe("a caller's signal", () => {
  it('that is aborted before the call keeps it from asking', async () => {
    const { singleRun, store } = world();
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(singleRun.run(requestFor('n', 1000, { signal }), () => 'ran')).rejects.toThrow(
      'gone',
    );
    expect(store.calls).toEqual([]);
  });

  it('ends the wait: the call rejects with its reason, and nothing is held', async () => {
    const { clock, store, singleRun } = world();
    const lease = await held(singleRun);
    const caller = new AbortController();
    const other = instance(clock, store, 'i2');
    const request = requestFor('n', 1000, { waitMs: 60_000, signal: caller.signal });
    const waiting = other.singleRun.run(request, () => 'ran').catch((error: unknown) => error);
    await clock.advance(1000);
    caller.abort(new Error('gone'));
    expect(await waiting).toEqual(new Error('gone'));
    await lease.release();
    expect(await held(singleRun)).toBeDefined();
  });

  it('lets the next in the queue ask', async () => {
    const { clock, store, singleRun } = world();
    const lease = await held(singleRun);
    const caller = new AbortController();
    const other = instance(clock, store, 'i2');
    const first = requestFor('n', 1000, { waitMs: 60_000, signal: caller.signal });
    const gone = other.singleRun.run(first, () => 'first').catch((error: unknown) => error);
    await settled();
    const second = other.singleRun.run(requestFor('n', 1000, { waitMs: 60_000 }), () => 'second');
    await clock.advance(1000);
    caller.abort();
    await gone;
    await lease.release();
    await clock.advance(250);
    expect(await second).toMatchObject({ value: 'second' });
  });

  it('ends the tries to reach a database that is away', async () => {
    const { clock, singleRun, store } = world();
    const fail = (): Promise<never> => {
      store.faults.acquire = fail;
      return Promise.reject(storeError('unknown'));
    };
    store.faults.acquire = fail;
    const caller = new AbortController();
    const request = requestFor('n', 1000, { signal: caller.signal });
    const call = singleRun.run(request, () => 'ran').catch((error: unknown) => error);
    await clock.advance(2000);
    caller.abort(new Error('gone'));
    await clock.advance(500);
    expect(await Promise.race([call, Promise.resolve('still trying')])).toEqual(new Error('gone'));
    await clock.advance(0);
    expect(store.calls.at(-1)).toMatchObject({ verb: 'release' });
  });

  it('keeps it from asking again where it gave up between two tries', async () => {
    const { clock, singleRun, store } = world();
    store.faults.acquire = () => Promise.reject(storeError('unsent'));
    const caller = new AbortController();
    const request = requestFor('n', 1000, { signal: caller.signal });
    const call = singleRun.run(request, () => 'ran').catch((error: unknown) => error);
    await clock.settled();
    caller.abort(new Error('gone'));
    await clock.advance(1000);
    expect(await call).toEqual(new Error('gone'));
    expect(store.calls).toHaveLength(1);
  });

  it('gives back a name that is granted after it was aborted', async () => {
    const { singleRun, store } = world();
    const caller = new AbortController();
    const answered = gate();
    store.faults.acquire = async (answer) => {
      await answered.passed;
      return answer();
    };
    const request = requestFor('n', 1000, { signal: caller.signal });
    const call = singleRun.run(request, () => 'ran').catch((error: unknown) => error);
    await settled();
    caller.abort(new Error('gone'));
    answered.open();
    expect(await call).toEqual(new Error('gone'));
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
  });

  it("aborts the lease's signal once the body runs, and the lease goes on", async () => {
    const { clock, singleRun } = world();
    const caller = new AbortController();
    const body = gate();
    let reason: unknown;
    const request = requestFor('n', 1000, { signal: caller.signal });
    const call = singleRun.run(request, async (lease) => {
      lease.signal.addEventListener('abort', () => (reason = lease.signal.reason));
      await body.passed;
      return 'tidied up';
    });
    await settled();
    caller.abort(new Error('gone'));
    expect(reason).toEqual(new Error('gone'));
    await clock.advance(10_000);
    body.open();
    expect(await call).toMatchObject({ value: 'tidied up', lost: false });
  });

  it('is let go of when the run has ended', async () => {
    const { singleRun } = world();
    const caller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    caller.signal.addEventListener = (...parameters: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(caller.signal, parameters);
    };
    caller.signal.removeEventListener = (...parameters: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(caller.signal, parameters);
    };
    const lease = await held(singleRun);
    const request = requestFor('n', 1000, { waitMs: 1000, signal: caller.signal });
    const waiting = singleRun.run(request, () => 'ran');
    await settled();
    expect(listeners).toBeGreaterThan(0);
    await lease.release();
    expect(await waiting).toMatchObject({ value: 'ran' });
    await settled();
    expect(listeners).toBe(0);
  });
});
