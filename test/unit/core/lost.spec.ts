import { describe, expect, it } from '@jest/globals';
import { LeaseLostError } from '../../../lib/core/errors.js';
import type { Lease } from '../../../lib/core/lease.js';
import { settled } from '../../../lib/testing/settled.js';
import { gate, requestFor, storeError, world } from './harness.js';

describe('a run that blocked its event loop past its deadline', () => {
  // Past the deadline, and past the lease.
  it.each([850, 1100])('of %d ms says that it was lost, as the observers do', async (blockedMs) => {
    const { clock, singleRun, told } = world();
    const run = singleRun.run(requestFor('n', 1000), () => clock.block(blockedMs));
    await clock.settled();
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
    expect(told).toMatchObject([
      { event: 'onAttempted' },
      { event: 'onStarted' },
      { event: 'onLost', cause: 'deadline' },
      { event: 'onFinished', outcome: 'succeeded', lost: true },
    ]);
  });

  it('says so too if it joined another one', async () => {
    const { clock, singleRun } = world();
    const inner = (): Promise<unknown> => singleRun.run(requestFor('n'), () => clock.block(1100));
    const outer = await singleRun.run(requestFor('n', 1000), inner);
    expect(outer).toMatchObject({ lost: true, value: { outcome: 'completed', lost: true } });
  });

  it('says so if it had tried in vain to give its lease back before', async () => {
    const { clock, singleRun, store, events } = world();
    const run = singleRun.run(requestFor('n', 1000), async (lease) => {
      store.faults.release = () => Promise.reject(storeError('refused', false));
      await lease.release().catch(() => {});
      clock.block(1100);
    });
    await clock.settled();
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
    expect(events()).toContain('onLost');
  });

  it('says so if its release was under way then, and failed', async () => {
    const { clock, singleRun, store, events } = world();
    const answer = gate();
    store.faults.release = () =>
      answer.passed.then(() => Promise.reject(storeError('refused', false)));
    const run = singleRun.run(requestFor('n', 1000), (lease) => {
      lease.release().catch(() => {});
      clock.block(1100);
    });
    await clock.settled();
    answer.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
    expect(events()).toContain('onLost');
  });
});

describe('a run that gave its lease back by hand, when the database had given the name away', () => {
  it('says that it was lost, as the observers do', async () => {
    const { clock, singleRun, store, told } = world();
    const run = singleRun.run(requestFor('n', 1000), async (lease) => {
      store.faults.release = () => Promise.resolve(['lost']);
      expect(await lease.release()).toBe('lost');
    });
    await clock.settled();
    expect(await run).toMatchObject({ outcome: 'completed', lost: true });
    expect(told).toMatchObject([
      { event: 'onAttempted' },
      { event: 'onStarted' },
      { event: 'onLost', cause: 'refused' },
      { event: 'onFinished', outcome: 'succeeded', lost: true },
    ]);
  });
});

describe('a call that a run left behind, whose release has failed', () => {
  it.each([true, false])(
    'takes the name by itself (its loss was noticed: %s)',
    async (isNoticed) => {
      const { clock, singleRun, store } = world();
      const later = gate();
      let left: Promise<unknown> | undefined;
      let lease: Lease | undefined;
      store.faults.release = () => Promise.reject(storeError('refused', false));
      await singleRun.run(requestFor('n', 1000), (own) => {
        lease = own;
        left = later.passed.then(() => singleRun.run(requestFor('n'), () => 'ran'));
      });
      await clock.advance(1100);
      if (isNoticed) await lease!.transaction(async () => {}).catch(() => {});
      later.open();
      await clock.settled();
      expect(await left).toMatchObject({ outcome: 'completed', value: 'ran', lost: false });
    },
  );
});

describe('a run inside of a run of its name', () => {
  /** @returns both, and what ends them; neither waits for the other */
  async function nested() {
    const { singleRun, ...rest } = world();
    const [inner, outer] = [gate(), gate()];
    let joined: { readonly lease: Lease; readonly run: Promise<unknown> } | undefined;
    const run = singleRun.run(requestFor('n'), async (lease) => {
      joined = { lease, run: singleRun.run(requestFor('n'), () => inner.passed) };
      await outer.passed;
    });
    await settled();
    return {
      ...rest,
      singleRun,
      inner,
      outer,
      run,
      joined: joined!.run,
      signal: joined!.lease.signal,
    };
  }

  it('says that nothing was lost if it ends before the run whose lease it joined', async () => {
    const { inner, outer, run, joined, signal } = await nested();
    inner.open();
    expect(await joined).toMatchObject({ outcome: 'completed', lost: false });
    outer.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
    expect(signal.aborted).toBe(false);
  });

  it('is told to stop before the run whose lease it joined gives that back', async () => {
    const { inner, outer, run, joined, signal, store } = await nested();
    let wasToldBefore = false;
    store.faults.release = (answer) => {
      wasToldBefore = signal.aborted;
      return answer();
    };
    outer.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
    expect(wasToldBefore).toBe(true);
    expect(signal.reason).toBeInstanceOf(LeaseLostError);
    inner.open();
    expect(await joined).toMatchObject({ outcome: 'completed', lost: true });
  });

  it('gives the lease back once, if it does so as it is told to stop', async () => {
    const { singleRun, store, events } = world();
    const [inner, outer] = [gate(), gate()];
    const run = singleRun.run(requestFor('n'), async (lease) => {
      lease.signal.addEventListener('abort', () => void lease.release());
      void singleRun.run(requestFor('n'), () => inner.passed);
      await outer.passed;
    });
    await settled();
    outer.open();
    expect(await run).toMatchObject({ outcome: 'completed', lost: false });
    inner.open();
    await settled();
    expect(store.calls.filter(({ verb }) => verb === 'release')).toHaveLength(1);
    expect(events().filter((event) => event === 'onReleased')).toHaveLength(1);
  });
});
