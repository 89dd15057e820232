import { describe, expect, it } from '@jest/globals';
import { LeaseLostError } from '../../../lib/core/errors.js';
import type { Lease } from '../../../lib/core/lease.js';
import { requestFor, world } from './harness.js';

const HOUR_MS = 3_600_000;

/** Nobody asks the store about it, so the holder's own clocks alone can end it. */
async function heldWithoutRenewals() {
  const { clock, singleRun, store } = world();
  const attempt = await singleRun.acquire(requestFor('n', 3000, { renew: false }));
  return { clock, store, lease: (attempt as unknown as { lease: Lease }).lease };
}

describe('a holder that cannot ask', () => {
  it('trusts its lease for four fifths of the ttl', async () => {
    const { clock, lease } = await heldWithoutRenewals();
    await clock.advance(2399);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
  });

  it('notices within a second that more time has passed on the wall, as after a suspend', async () => {
    const { clock, lease } = await heldWithoutRenewals();
    clock.stepWall(HOUR_MS);
    await clock.advance(1000);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
  });

  it('is not deceived by a wall clock that is set back', async () => {
    const { clock, lease } = await heldWithoutRenewals();
    clock.stepWall(-HOUR_MS);
    await clock.advance(2400);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
  });

  it('does not begin a transaction past its deadline, before a timer has told', async () => {
    const { clock, lease } = await heldWithoutRenewals();
    clock.block(2400);
    await expect(lease.transaction(async () => {})).rejects.toBeInstanceOf(LeaseLostError);
    expect(lease.signal.aborted).toBe(true);
  });
});

describe('a holder that asked', () => {
  it('counts from when its request was sent, and not from when the answer came', async () => {
    const { clock, singleRun, store } = world();
    store.faults.acquire = async (answer) => {
      const granted = await answer();
      await clock.pause(500);
      return granted;
    };
    const acquiring = singleRun.acquire(requestFor('n', 1000, { renew: false }));
    await clock.advance(500);
    const { lease } = (await acquiring) as unknown as { lease: Lease };
    await clock.advance(299);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
  });
});
