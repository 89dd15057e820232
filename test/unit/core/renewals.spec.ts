import { describe, expect, it } from '@jest/globals';
import { gate, held, requestFor, storeError, world } from './harness.js';

const renewals = ({ calls }: ReturnType<typeof world>['store']): string[][] =>
  calls.filter(({ verb }) => verb === 'renew').map(({ names }) => names);

describe('a renewal under way', () => {
  it('is not sent again before its answer, whatever the others need', async () => {
    const { clock, singleRun, store } = world();
    const reply = gate();
    await held(singleRun, 'slow', 10_000);
    await clock.advance(3000);
    await held(singleRun, 'other', 3000);
    store.faults.renew = async (answer) => {
      await reply.passed;
      return answer();
    };
    await clock.advance(600); // that of 'slow' is due, and hangs
    expect(renewals(store)).toEqual([['slow']]);
    await clock.advance(2000); // that of 'other' waits behind it, and asks for nothing but itself
    reply.open();
    await clock.advance(0);
    expect(renewals(store)).toEqual([['slow'], ['other']]);
  });
});

describe('a renewal that failed', () => {
  it('is tried again after a part of what is left, and not at once', async () => {
    const { clock, singleRun, store } = world();
    await held(singleRun, 'n', 12_000);
    store.faults.renew = () => Promise.reject(storeError('unknown'));
    await clock.advance(4000); // of 9600 ms there are 5600 left: the next is due after 700 to 1400
    expect(renewals(store)).toHaveLength(1);
    await clock.advance(699);
    expect(renewals(store)).toHaveLength(1);
    await clock.advance(701);
    expect(renewals(store)).toHaveLength(2);
  });

  it('is back to its rhythm once one has succeeded', async () => {
    const { clock, singleRun, store } = world();
    await held(singleRun, 'n', 12_000);
    store.faults.renew = () => Promise.reject(storeError('unknown'));
    await clock.advance(5400);
    expect(renewals(store)).toHaveLength(2);
    await clock.advance(3900);
    expect(renewals(store)).toHaveLength(3);
  });
});

describe('a lease with renew: false', () => {
  it('is not renewed when others of the same instance are', async () => {
    const { clock, singleRun, store } = world();
    await held(singleRun, 'renewed', 3000);
    await singleRun.acquire(requestFor('left alone', 3000, { renew: false }));
    await clock.advance(1000);
    expect(renewals(store)).toEqual([['renewed']]);
  });
});

describe('a lease that is not due', () => {
  it('is renewed with another one from a sixth of its ttl on', async () => {
    const { clock, singleRun, store } = world();
    await held(singleRun, 'later', 5900);
    await held(singleRun, 'fresher', 6100);
    await held(singleRun, 'due', 3000);
    await clock.advance(1000);
    expect(renewals(store)).toEqual([['later', 'due']]);
  });
});
