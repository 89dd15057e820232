import { describe, expect, it } from '@jest/globals';
import { LockStoreError } from '../../../lib/core/errors.js';
import type { Lease } from '../../../lib/core/lease.js';
import { settled } from '../../../lib/testing/settled.js';
import { gate, held, instance, requestFor, storeError, world } from './harness.js';

describe('a run', () => {
  it('passes on what its body returns, and gives the name back', async () => {
    const { singleRun, store, events } = world();
    const result = await singleRun.run(requestFor('n'), async ({ fence }) => `under ${fence}`);
    expect(result).toMatchObject({ outcome: 'completed', lost: false });
    expect(result).toHaveProperty('value', `under ${(result as { fence: number }).fence}`);
    const [record] = await store.inspect(['n'], 0);
    expect(record?.releasedAt).toBeDefined();
    expect(events()).toEqual(['onAttempted', 'onStarted', 'onFinished', 'onReleased']);
  });

  it('passes on what its body throws, and gives the name back', async () => {
    const { singleRun, store, told } = world();
    const failure = new Error('of the body');
    const body = async (): Promise<never> => Promise.reject(failure);
    await expect(singleRun.run(requestFor('n'), body)).rejects.toBe(failure);
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'onFinished', outcome: 'failed' }),
    );
  });

  it('is skipped while another instance holds the name, and says who', async () => {
    const { clock, store, singleRun } = world();
    await held(singleRun);
    const other = instance(clock, store, 'i2');
    const result = await other.singleRun.run(requestFor('n'), () => expect(true).toBe(false));
    expect(result).toMatchObject({
      outcome: 'skipped',
      reason: 'held',
      holder: { instance: 'i1' },
    });
  });

  it('does not let a failing release take what the body returned', async () => {
    const { clock, singleRun, store, events } = world();
    store.faults.release = () => Promise.reject(storeError('refused', false));
    const result = await singleRun.run(requestFor('n'), () => 42);
    await clock.advance(0);
    expect(result).toMatchObject({ outcome: 'completed', value: 42 });
    expect(events()).toContain('onStoreError');
  });
});

describe('a run whose lease was lost', () => {
  it('says so, also when the database is still away at its end', async () => {
    const { clock, singleRun, store } = world();
    const fail = (verb: 'renew' | 'release') => (): Promise<never> => {
      store.faults[verb] = fail(verb);
      return Promise.reject(storeError('unsent'));
    };
    store.faults.renew = fail('renew');
    store.faults.release = fail('release');
    const body = gate();
    const run = singleRun.run(requestFor('n'), () => body.passed);
    await clock.advance(900);
    body.open();
    await clock.advance(0);
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
  });

  it('says so if its end came late and the release failed, so that nobody knows', async () => {
    const { clock, singleRun, store } = world();
    store.faults.release = () => Promise.reject(storeError('unsent', false));
    const run = singleRun.run(requestFor('n', 1000), () => clock.block(1100));
    await clock.settled();
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
  });

  it('ends without asking a store that is closed', async () => {
    const { clock, singleRun, store } = world();
    const body = gate();
    const run = singleRun.run(requestFor('n'), () => body.passed);
    await settled();
    const closed = singleRun.close(500);
    await clock.advance(500);
    await closed;
    store.calls.length = 0;
    body.open();
    expect(await run).toMatchObject({ outcome: 'completed' });
    expect(store.calls).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});

describe('an attempt', () => {
  it('asks again with the same owner when the reply is lost, and is granted once', async () => {
    const { clock, singleRun, store } = world();
    store.faults.acquire = async (answer) => {
      await answer();
      throw storeError('unknown');
    };
    const attempt = singleRun.acquire(requestFor('n'));
    await clock.advance(100);
    const { lease } = (await attempt) as { lease: Lease };
    const [record] = await store.inspect(['n'], 0);
    expect(record).toMatchObject({ fence: lease.fence, releasedAt: undefined });
    expect(store.calls).toHaveLength(2);
  });

  it('releases by its owner when it never learns the outcome', async () => {
    const { clock, singleRun, store } = world();
    const lose = (answer: () => Promise<unknown>): Promise<unknown> => {
      store.faults.acquire = lose;
      return answer().then(() => Promise.reject(storeError('unknown')));
    };
    store.faults.acquire = lose;
    const attempt = singleRun.acquire(requestFor('n', 60_000));
    const failure = attempt.catch((error: unknown) => error);
    await clock.advance(11_000);
    expect(await failure).toBeInstanceOf(LockStoreError);
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
  });

  it('gives up at once where asking again cannot help', async () => {
    const { singleRun, store } = world();
    store.faults.acquire = () => Promise.reject(storeError('refused', false));
    await expect(singleRun.run(requestFor('n'), () => 1)).rejects.toBeInstanceOf(LockStoreError);
    expect(store.calls).toEqual([{ verb: 'acquire', names: ['n'] }]);
  });

  it('counts a lease from when its request was sent, not from when it began to wait for others', async () => {
    const { clock, singleRun, store } = world();
    const first = gate();
    store.faults.acquire = async (answer) => {
      await first.passed;
      return answer();
    };
    const slow = singleRun.acquire(requestFor('slow', 60_000));
    await settled();
    const queued = singleRun.acquire(requestFor('n', 1000));
    await clock.advance(5000);
    first.open();
    await clock.advance(0);
    expect(await slow).toHaveProperty('lease');
    expect(await queued).toHaveProperty('lease.signal.aborted', false);
  });

  it('gives back a grant that comes when most of its ttl has passed', async () => {
    const { clock, singleRun, store } = world();
    store.faults.acquire = async (answer) => {
      const granted = await answer();
      clock.block(850);
      return granted;
    };
    const failure = singleRun.acquire(requestFor('n', 1000)).catch((error: unknown) => error);
    await clock.advance(0);
    expect(String(await failure)).toMatch(/granted so late/);
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
  });
});
