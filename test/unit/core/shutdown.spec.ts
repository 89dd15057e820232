import { describe, expect, it } from '@jest/globals';
import { MarathonClosingError } from '../../../lib/core/errors.js';
import { settled } from '../../../lib/testing/settled.js';
import { gate, held, requestFor, storeError, world } from './harness.js';

describe('closing', () => {
  it('skips what comes after, asks bodies to stop, and waits for them', async () => {
    const { clock, singleRun, store } = world();
    const body = gate<string>();
    let signal: AbortSignal | undefined;
    const run = singleRun.run(requestFor('n'), (lease) => {
      signal = lease.signal;
      return body.passed;
    });
    await settled();
    const closed = singleRun.close(10_000);
    expect(signal?.reason).toBeInstanceOf(MarathonClosingError);
    expect(await singleRun.run(requestFor('m'), () => 1)).toMatchObject({ reason: 'closing' });
    await clock.advance(5000);
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeUndefined();
    body.open('done');
    await closed;
    expect(await run).toMatchObject({ outcome: 'completed', value: 'done', lost: false });
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
    expect(clock.timers).toBe(0);
  });

  it('leaves the lease of a body that does not stop to expire', async () => {
    const { clock, singleRun, store } = world();
    void singleRun.run(requestFor('n'), () => new Promise(() => {}));
    await settled();
    const closed = singleRun.close(2000);
    await clock.advance(2000);
    await closed;
    const until = (await store.inspect(['n'], 0))[0]!;
    expect(until.releasedAt).toBeUndefined();
    await clock.advance(1001);
    expect((await store.inspect(['n'], 0))[0]!.lockedUntil).toBeLessThanOrEqual(clock.wallAt());
    expect(clock.timers).toBe(0);
  });

  it('gives back what is granted while it closes', async () => {
    const { clock, singleRun, store } = world();
    const reply = gate();
    store.faults.acquire = async (answer) => {
      const granted = await answer();
      await reply.passed;
      return granted;
    };
    let ran = false;
    const run = singleRun.run(requestFor('n'), () => void (ran = true));
    await settled();
    const closed = singleRun.close(1000);
    reply.open();
    await clock.advance(10);
    expect(await run).toMatchObject({ outcome: 'skipped', reason: 'closing' });
    await closed;
    expect(ran).toBe(false);
    expect((await store.inspect(['n'], 0))[0]?.releasedAt).toBeDefined();
  });

  it('waits for leases that were taken by hand', async () => {
    const { clock, singleRun } = world();
    const lease = await held(singleRun);
    let over = false;
    const closed = singleRun.close(10_000).then(() => (over = true));
    await clock.advance(3000);
    expect(over).toBe(false);
    await lease.release();
    await closed;
  });
});

describe('at shutdown', () => {
  it('a call that cannot reach the database is given up, and not asked for again', async () => {
    const { clock, singleRun, store } = world();
    const fail = (): Promise<never> => {
      store.faults.acquire = fail;
      return Promise.reject(storeError('unsent'));
    };
    store.faults.acquire = fail;
    const call = singleRun.run(requestFor('n'), () => 'ran');
    await clock.advance(1000);
    const closed = singleRun.close(60_000);
    await clock.advance(1000);
    await closed;
    expect(await call).toEqual({ outcome: 'skipped', reason: 'closing', holder: undefined });
  });

  it('a call is not asked for again that it meets between two tries', async () => {
    const { clock, singleRun, store } = world();
    store.faults.acquire = () => Promise.reject(storeError('unsent'));
    const call = singleRun.run(requestFor('n'), () => 'ran');
    await clock.settled();
    await clock.advanceUntil(singleRun.close(60_000));
    expect(await call).toEqual({ outcome: 'skipped', reason: 'closing', holder: undefined });
    expect(store.calls).toHaveLength(1);
  });

  it('a call is not asked for that still waits for the connection', async () => {
    const { clock, singleRun, store } = world();
    const reply = gate();
    store.faults.acquire = (answer) => reply.passed.then(answer);
    const first = singleRun.run(requestFor('first'), () => 'ran');
    await clock.settled();
    const second = singleRun.run(requestFor('second', 1000, { holdAtLeastMs: 900 }), () => 'ran');
    await clock.settled();
    singleRun.refuse();
    reply.open();
    expect(await Promise.all([first, second])).toMatchObject([
      { outcome: 'skipped', reason: 'closing' },
      { outcome: 'skipped', reason: 'closing' },
    ]);
    expect(store.calls.flatMap(({ names }) => names)).not.toContain('second');
  });

  it('no body starts any more, in whatever moment it begins', async () => {
    const outcomes = new Set<string>();
    for (let turns = 0; turns < 40; turns += 1) {
      const { singleRun, store } = world();
      const [asked, replied] = [gate(), gate()];
      store.faults.acquire = async (answer) => {
        asked.open();
        await replied.passed;
        return answer();
      };
      let startedAfter = false;
      const call = singleRun.run(requestFor('n'), () => {
        startedAfter = singleRun.closing;
      });
      await asked.passed;
      replied.open();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      singleRun.refuse();
      outcomes.add((await call).outcome);
      expect(startedAfter).toBe(false);
    }
    // Both ends were met, so the moments between them were.
    expect([...outcomes]).toEqual(['skipped', 'completed']);
  });

  it('people are told so who ask for a lock when it is over', async () => {
    const { singleRun } = world();
    await singleRun.close(0);
    await expect(singleRun.operations.inspect('n')).rejects.toBeInstanceOf(MarathonClosingError);
  });
});

/** A body that does not stop, and its shutdown, which has ended without it. */
async function leftBehind(ttlMs: number) {
  const { clock, singleRun, told } = world();
  const end = gate();
  const run = singleRun.run(requestFor('n', ttlMs), () => end.passed);
  await clock.settled();
  await clock.advanceUntil(singleRun.close(100));
  return { clock, told, run, end };
}

describe('a body that goes on after the shutdown', () => {
  it.each([700, 2000])(
    'is told that it was lost if it ends %d ms after the shutdown',
    async (afterMs) => {
      const { clock, told, run, end } = await leftBehind(1000);
      await clock.advance(afterMs);
      end.open();
      expect(await run).toMatchObject({ outcome: 'completed', lost: true });
      expect(told.at(-2)).toMatchObject({ event: 'onLost', cause: 'deadline' });
      expect(told.at(-1)).toMatchObject({ event: 'onFinished', outcome: 'aborted', lost: true });
    },
  );

  it('is not told so if it ends before', async () => {
    const { told, run, end } = await leftBehind(1000);
    end.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
    expect(told.at(-1)).toMatchObject({ event: 'onFinished', lost: false });
  });
});
