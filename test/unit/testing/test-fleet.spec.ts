import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidLockNameError, InvalidOptionError, LeaseLostError } from 'nestjs-marathon';
import {
  AlreadyHeldError,
  NotHeldError,
  NoTransactionsError,
  TestFleet,
} from 'nestjs-marathon/testing';

let fleet: TestFleet;
beforeEach(() => void (fleet = new TestFleet()));

const stateOf = async (name: string) => (await fleet.locks('looking').inspect(name))?.state;

describe('fleet.locks()', () => {
  it('is the same for the same label, and otherwise another instance of the same store', async () => {
    expect(fleet.locks('api-1')).toBe(fleet.locks('api-1'));
    await fleet.locks('api-1').acquire('report');
    const refused = await fleet.locks('api-2').run('report', () => {});
    expect(refused).toMatchObject({ reason: 'held', holder: { instance: 'api-1' } });
  });

  it('renews what it holds', async () => {
    await fleet.locks('api-1').acquire('report', '1m');
    await fleet.clock.advance('1h');
    expect(await stateOf('report')).toBe('held');
  });

  it('has a ttl of a minute where none is named, as the module has', async () => {
    const lease = await fleet.locks('api-1').acquire('report');
    expect(lease!.expiresAt.getTime() - lease!.acquiredAt.getTime()).toBe(60_000);
  });

  it('has no transactions, and says where there are some', async () => {
    const lease = await fleet.locks('api-1').acquire('report');
    const refused = lease!.transaction(async () => {});
    await expect(refused).rejects.toThrow(NoTransactionsError);
    await expect(refused).rejects.toThrow('fleet.module()');
  });

  it('refuses a label that is none', () => {
    expect(() => fleet.locks('')).toThrow(InvalidOptionError);
  });

  it('grants fences that can be force-released, also after a wait of a fraction', async () => {
    const first = await fleet.locks('api-1').acquire('report');
    const waiting = fleet.locks('api-2').acquire('report', { wait: '1m' });
    await fleet.clock.advance(100);
    await first!.release();
    const { fence } = (await fleet.clock.advanceUntil(waiting))!;
    expect(Number.isInteger(fence)).toBe(true);
    await fleet.locks('api-1').forceRelease('report', { fence, reason: 'host is gone' });
    expect(await stateOf('report')).toBe('released');
  });

  it('shares nothing with another fleet', async () => {
    await fleet.hold('report');
    expect(await new TestFleet().locks('api-1').acquire('report')).not.toBeNull();
  });
});

describe('fleet.hold()', () => {
  it('holds a lock until it is released', async () => {
    const lease = await fleet.hold('report');
    expect(await fleet.locks('api-1').acquire('report')).toBeNull();
    await lease.release();
    expect(await fleet.locks('api-1').acquire('report')).not.toBeNull();
  });

  it('ends with its block', async () => {
    {
      await using lease = await fleet.hold('report');
      expect(await stateOf(lease.name)).toBe('held');
    }
    expect(await stateOf('report')).toBe('released');
  });

  it('is not renewed: it is over with its ttl, and not before', async () => {
    await fleet.hold('report', { ttl: '10m' });
    await fleet.clock.advance(10 * 60_000 - 1);
    expect(await stateOf('report')).toBe('held');
    await fleet.clock.advance(1);
    expect(await stateOf('report')).toBe('expired');
  });

  it('shows the label that it was given', async () => {
    await fleet.hold('report', { instance: 'api-9' });
    await fleet.hold('stock');
    expect(await fleet.locks('api-1').list()).toMatchObject([
      { name: 'report', instance: 'api-9' },
      { name: 'stock', instance: 'somebody-else' },
    ]);
  });

  it('refuses what somebody holds, and says who', async () => {
    await fleet.hold('report', { instance: 'api-9' });
    const refused = fleet.hold('report');
    await expect(refused).rejects.toThrow(AlreadyHeldError);
    await expect(refused).rejects.toThrow('"report": it is held by "api-9" until 2100-01-01T00:01');
  });

  it('refuses a name that is kept by a holdAtLeast, and says so', async () => {
    await fleet.locks('api-1').run('report', { holdAtLeast: '30s' }, () => {});
    const refused = fleet.hold('report');
    await expect(refused).rejects.toThrow(AlreadyHeldError);
    await expect(refused).rejects.toThrow('its holdAtLeast ends at 2100-01-01T00:00:30');
  });

  it('refuses names and ttls that nobody can hold', async () => {
    await expect(fleet.hold('')).rejects.toThrow(InvalidLockNameError);
    await expect(fleet.hold('report', { ttl: '1ms' })).rejects.toThrow(InvalidOptionError);
  });
});

describe('fleet.expire()', () => {
  it('ends a lease in the store, and its holder has not noticed', async () => {
    const lease = await fleet.locks('api-1').acquire('report');
    await fleet.expire('report');
    expect(await stateOf('report')).toBe('expired');
    expect(lease!.signal.aborted).toBe(false);
  });

  it('lets the holder notice at its next renewal', async () => {
    const lease = await fleet.locks('api-1').acquire('report', '30s');
    await fleet.expire('report');
    await fleet.clock.advance(9_999);
    expect(lease!.signal.aborted).toBe(false);
    await fleet.clock.advance(1);
    expect(lease!.signal.reason).toBeInstanceOf(LeaseLostError);
  });

  it('lets the holder notice when it gives the lock back at once, whatever its holdAtLeast', async () => {
    const holdAtLeast = '1m';
    const lease = await fleet.locks('api-1').acquire('report', { ttl: '1m', holdAtLeast });
    await fleet.expire('report');
    expect(await lease!.release()).toBe('lost');
    expect(await fleet.locks('api-2').acquire('report')).not.toBeNull();
  });

  it.each([
    ['was never taken', async () => {}],
    ['was given back by "api-1"', async () => void (await run({}))],
    ['its holdAtLeast ends at', async () => void (await run({ holdAtLeast: '30s' }))],
    [
      'was held by "somebody-else", and expired at',
      async () => {
        await fleet.hold('report');
        await fleet.clock.advance('1m');
      },
    ],
  ])('refuses a name that %s', async (state, prepare) => {
    await prepare();
    for (const verb of ['expire', 'steal'] as const) {
      const refused = fleet[verb]('report');
      await expect(refused).rejects.toThrow(NotHeldError);
      await expect(refused).rejects.toThrow(`There is nothing to ${verb}`);
      await expect(refused).rejects.toThrow(state);
      await expect(refused).rejects.toThrow('await fleet.hold("report")');
    }
  });

  it('refuses what is no name', async () => {
    await expect(fleet.expire('')).rejects.toThrow(InvalidLockNameError);
    await expect(fleet.steal('')).rejects.toThrow(InvalidLockNameError);
  });

  const run = (options: { holdAtLeast?: string }) =>
    fleet.locks('api-1').run('report', options, () => {});
});

describe('fleet.steal()', () => {
  it('lets another instance take a lock over, with a higher fence', async () => {
    const lease = await fleet.locks('api-1').acquire('report');
    const thief = await fleet.steal('report', { ttl: '5m' });
    expect(thief.fence).toBeGreaterThan(lease!.fence);
    expect(await fleet.locks('api-1').inspect('report')).toMatchObject({
      state: 'held',
      instance: 'thief',
      expiresAt: new Date('2100-01-01T00:05:00Z'),
    });
  });

  it('tells the old holder at its next renewal, and takes nothing from the new one', async () => {
    const lease = await fleet.locks('api-1').acquire('report', '30s');
    await fleet.steal('report', { ttl: '10m', instance: 'api-2' });
    expect(lease!.signal.aborted).toBe(false);
    await fleet.clock.advance('10s');
    expect(lease!.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(await lease!.release()).toBe('lost');
    expect(await stateOf('report')).toBe('held');
  });

  it('can be repeated', async () => {
    const first = await fleet.hold('report');
    const second = await fleet.steal('report');
    const third = await fleet.steal('report');
    expect([first.fence, second.fence, third.fence].toSorted((a, b) => a - b)).toEqual([
      first.fence,
      second.fence,
      third.fence,
    ]);
    expect(new Set([first.fence, second.fence, third.fence]).size).toBe(3);
  });
});
