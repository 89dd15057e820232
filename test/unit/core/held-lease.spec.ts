import { describe, expect, it } from '@jest/globals';
import { LeaseLostError, LockStoreError } from '../../../lib/core/errors.js';
import type { Lease } from '../../../lib/core/lease.js';
import { gate, held, requestFor, storeError, world } from './harness.js';

describe('a lease', () => {
  it('is renewed while it is held, and outlives its ttl many times', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    await clock.advance(60_000);
    expect(lease.signal.aborted).toBe(false);
    expect((await store.inspect(['n'], 0))[0]!.lockedUntil).toBeGreaterThan(clock.wallAt());
    expect(await lease.release()).toBe('released');
    expect(clock.timers).toBe(0);
  });

  it('is not renewed with renew: false, and its signal fires before it ends', async () => {
    const { clock, singleRun, store } = world();
    const { lease } = (await singleRun.acquire(requestFor('n', 1000, { renew: false }))) as {
      lease: Lease;
    };
    await clock.advance(799);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lease.expiresAt.getTime()).toBeGreaterThan(clock.wallAt());
    expect(store.calls.filter(({ verb }) => verb === 'renew')).toHaveLength(0);
  });

  it('is tried again until the deadline when renewals fail, and the signal fires before it ends', async () => {
    const { clock, singleRun, store, told } = world();
    const lease = await held(singleRun);
    const fail = (): Promise<never> => {
      store.faults.renew = fail;
      return Promise.reject(storeError('unknown'));
    };
    store.faults.renew = fail;
    await clock.advance(799);
    expect(lease.signal.aborted).toBe(false);
    expect(told.filter(({ event }) => event === 'onStoreError').length).toBeGreaterThan(2);
    await clock.advance(1);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(told).toContainEqual(expect.objectContaining({ event: 'onLost', cause: 'deadline' }));
    expect(clock.timers).toBe(0);
  });

  it('recovers when a renewal succeeds after failures', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    store.faults.renew = () => Promise.reject(storeError('unknown'));
    await clock.advance(10_000);
    expect(lease.signal.aborted).toBe(false);
  });

  it('is lost at once when a renewal is refused', async () => {
    const { clock, singleRun, store, told } = world();
    const lease = await held(singleRun);
    store.faults.renew = async () => [{ renewed: false }];
    await clock.advance(334);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(told).toContainEqual(expect.objectContaining({ event: 'onLost', cause: 'refused' }));
    expect(await lease.release()).toBe('lost');
  });

  describe('whose release has to wait for an acquire', () => {
    /** Asks for `slow`. @returns what lets it have its answer */
    function slowAcquire({ singleRun, store }: ReturnType<typeof world>): () => void {
      const reply = gate();
      store.faults.acquire = async (answer) => {
        await reply.passed;
        return answer();
      };
      void singleRun.acquire(requestFor('slow', 60_000));
      return reply.open;
    }

    it('is renewed until its release is answered', async () => {
      const here = world();
      const lease = await held(here.singleRun);
      const letGo = slowAcquire(here);
      await here.clock.advance(0);
      const released = lease.release();
      await here.clock.advance(3000);
      letGo();
      expect(await released).toBe('released');
      expect(here.events()).not.toContain('onLost');
      await expect(lease.extend(1000)).rejects.toThrow(LeaseLostError);
    });

    it('gives it back also where the first try of it fails', async () => {
      const here = world();
      const lease = await held(here.singleRun);
      const letGo = slowAcquire(here);
      await here.clock.advance(0);
      const released = lease.release();
      here.store.faults.release = () => Promise.reject(storeError('refused'));
      await here.clock.advance(3000);
      letGo();
      await here.clock.advance(100);
      expect(await released).toBe('released');
    });

    it('is not told that it overran, or that it is lost, as its body has ended', async () => {
      const here = world();
      const { clock, events, singleRun, store } = here;
      const request = requestFor('n', 1000, { maxRuntimeMs: 500 });
      const run = singleRun.run(request, () => clock.pause(300));
      await clock.advance(200);
      const letGo = slowAcquire(here);
      store.faults.renew = async () => [{ renewed: false }];
      await clock.advance(3000);
      const renewals = store.calls.filter(
        ({ names, verb }) => verb === 'renew' && names[0] === 'n',
      );
      expect(renewals).toHaveLength(1);
      letGo();
      expect(await run).toMatchObject({ outcome: 'completed', lost: true });
      expect(events().filter((event) => event === 'onLost')).toHaveLength(1);
      expect(events()).not.toContain('onOverran');
    });
  });

  it('is renewed while its release waits for a row, alone or in a batch', async () => {
    const { clock, events, singleRun, store } = world();
    const lease = await held(singleRun);
    store.faults.release = async () => {
      await clock.pause(2500);
      throw storeError('refused');
    };
    const released = lease.release();
    await clock.advance(3000);
    expect(await released).toBe('released');
    expect(events()).not.toContain('onLost');
  });

  it('is not renewed any more once its release has failed for good', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    store.faults.release = () => Promise.reject(storeError('refused', false));
    await expect(lease.release()).rejects.toThrow('told to fail');
    await clock.advance(5000);
    expect(store.calls.filter(({ verb }) => verb === 'renew')).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it('is lost when the event loop was blocked past its deadline, and tells for how long', async () => {
    const { clock, singleRun, told } = world();
    const lease = await held(singleRun);
    clock.block(5000);
    await clock.advance(0);
    expect(lease.signal.aborted).toBe(true);
    const lost = told.find(({ event }) => event === 'onLost');
    expect(lost).toMatchObject({ cause: 'deadline', blockedMs: 4666 });
  });

  it('is lost when the wall clock says that its ttl has passed, as after a suspend', async () => {
    const { clock, singleRun } = world();
    const lease = await held(singleRun, 'n', 60_000);
    clock.stepWall(3_600_000);
    await clock.advance(1000);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is kept when the wall clock is set back', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun, 'n', 3000);
    clock.stepWall(-3_600_000);
    await clock.advance(2000);
    expect(lease.signal.aborted).toBe(false);
    expect(store.calls.filter(({ verb }) => verb === 'renew').length).toBeGreaterThan(0);
  });

  it('ignores the answer to a renewal that comes after its release began', async () => {
    const { clock, singleRun, store, events } = world();
    const lease = await held(singleRun);
    const reply = gate();
    store.faults.renew = async () => {
      await reply.passed;
      return [{ renewed: false }];
    };
    await clock.advance(334);
    const released = lease.release();
    reply.open();
    await clock.advance(0);
    expect(await released).toBe('released');
    expect(events()).not.toContain('onLost');
  });

  it('can be extended, never shortened, and not once it is released', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    await lease.extend(60_000);
    const until = (await store.inspect(['n'], 0))[0]!.lockedUntil;
    expect(until).toBe(clock.wallAt() + 60_000);
    await lease.extend(1000);
    expect((await store.inspect(['n'], 0))[0]!.lockedUntil).toBe(until);
    expect(lease.expiresAt.getTime()).toBe(until);
    await lease.release();
    await expect(lease.extend(1000)).rejects.toBeInstanceOf(LeaseLostError);
  });

  it('answers the same when it is released twice, with one statement', async () => {
    const { singleRun, store } = world();
    const lease = await held(singleRun);
    expect(await Promise.all([lease.release(), lease.release()])).toEqual(['released', 'released']);
    expect(await lease.release()).toBe('released');
    expect(store.calls.filter(({ verb }) => verb === 'release')).toHaveLength(1);
  });

  it('can be released again when the first try failed', async () => {
    const { singleRun, store } = world();
    const lease = await held(singleRun);
    store.faults.release = () => Promise.reject(storeError('refused', false));
    await expect(lease.release()).rejects.toBeInstanceOf(LockStoreError);
    expect(await lease.release()).toBe('released');
  });
});

describe('an extension', () => {
  it('does not keep the timer busy when a renewal behind it fails', async () => {
    const { clock, singleRun, store } = world();
    const lease = await held(singleRun);
    const extended = gate();
    await clock.advance(300);
    store.faults.renew = async (answer) => {
      await extended.passed;
      return answer();
    };
    const extending = lease.extend(20_000);
    await clock.advance(50);
    extended.open();
    store.faults.renew = () => Promise.reject(storeError('unknown'));
    await extending;
    store.calls.length = 0;
    await clock.advance(6000);
    expect(store.calls.length).toBeLessThan(5);
    expect(lease.signal.aborted).toBe(false);
  });
});

describe('many leases of one instance', () => {
  it('are renewed in one statement, but for those that are fresh', async () => {
    const { clock, singleRun, store } = world();
    await Promise.all(['a', 'b', 'c'].map((name) => held(singleRun, name, 3000)));
    await clock.advance(950);
    await held(singleRun, 'fresh', 3000);
    await held(singleRun, 'hour', 3_600_000);
    store.calls.length = 0;
    await clock.advance(51);
    expect(store.calls).toEqual([{ verb: 'renew', names: ['a', 'b', 'c'] }]);
  });
});
