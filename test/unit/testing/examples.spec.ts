// How to test guarded methods. Read it from top to bottom, and copy what you need. It runs on Jest;
// but for `jest.fn()` and the fake timers at the end, Vitest and node:test read the same.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  LeaseLostError,
  LockService,
  MarathonClosingError,
  requireLease,
  SingleRunner,
} from 'nestjs-marathon';
import { assertUnderLock, TestFleet, type TestModuleOptions } from 'nestjs-marathon/testing';

// --- The code under test ---------------------------------------------------------------------

@Injectable()
class Supplier {
  async count(_signal: AbortSignal): Promise<number> {
    throw new Error('a test does not call the supplier');
  }
}

@Injectable()
class Shop {
  async setStock(_count: number): Promise<void> {
    throw new Error('a test does not write to the shop');
  }
}

@Injectable()
class InventoryTasks {
  constructor(
    private readonly supplier: Supplier,
    private readonly shop: Shop,
  ) {}

  @Cron('0 */5 * * * *')
  @SingleRunner('inventory:sync', '10m')
  async sync(): Promise<string | undefined> {
    const { signal } = requireLease();
    const count = await this.supplier.count(signal);
    signal.throwIfAborted(); // nothing is written by a run that has lost its lock
    await this.shop.setStock(count);
    return `${count} pieces`;
  }
}

// --- The fleet, and its instances --------------------------------------------------------------

let fleet: TestFleet; // one clock, which stands still, and one store for all instances
let supplier: { count: jest.Mock<Supplier['count']> };
let shop: { setStock: jest.Mock<Shop['setStock']> };
const started: TestingModule[] = [];

/** Starts the application as production starts it, but for the module, and for what it talks to. */
async function start(instance: string, options?: TestModuleOptions): Promise<TestingModule> {
  const app = await Test.createTestingModule({
    imports: [fleet.module(instance, options), ScheduleModule.forRoot()],
    providers: [
      InventoryTasks,
      { provide: Supplier, useValue: supplier },
      { provide: Shop, useValue: shop },
    ],
  }).compile();
  app.useLogger(false); // a lost lease is logged as an error: here it is what a test asks for
  started.push(app);
  return app.init();
}

beforeEach(() => {
  fleet = new TestFleet();
  supplier = { count: jest.fn<Supplier['count']>().mockResolvedValue(7) };
  shop = { setStock: jest.fn<Shop['setStock']>().mockResolvedValue() };
});
afterEach(async () => {
  for (const app of started.splice(0)) await app.close();
});

// --- What can be tested ------------------------------------------------------------------------

describe('one instance', () => {
  it('runs under its lock', async () => {
    const app = await start('api-1');
    shop.setStock.mockImplementation(async () => assertUnderLock('inventory:sync'));

    expect(await app.get(InventoryTasks).sync()).toBe('7 pieces');

    fleet.assertRan('inventory:sync', { times: 1, instance: 'api-1' });
    expect(shop.setStock).toHaveBeenCalledWith(7);
  });

  it('is skipped while somebody else has the lock', async () => {
    const app = await start('api-1');
    const other = await fleet.hold('inventory:sync');

    expect(await app.get(InventoryTasks).sync()).toBeUndefined();
    fleet.assertRan('inventory:sync', { times: 0 });

    await other.release();
    expect(await app.get(InventoryTasks).sync()).toBe('7 pieces');
  });

  it('takes over from an instance that died, once its ttl is over', async () => {
    const app = await start('api-1');
    await fleet.hold('inventory:sync', { ttl: '10m' }); // held, and never renewed

    await fleet.clock.advance('9m');
    expect(await app.get(InventoryTasks).sync()).toBeUndefined();

    await fleet.clock.advance('1m');
    expect(await app.get(InventoryTasks).sync()).toBe('7 pieces');
  });

  it('gives its lock back when it fails', async () => {
    const app = await start('api-1');
    supplier.count.mockRejectedValueOnce(new Error('the supplier is closed'));

    await expect(app.get(InventoryTasks).sync()).rejects.toThrow('the supplier is closed');

    expect(await app.get(InventoryTasks).sync()).toBe('7 pieces');
    fleet.assertRan('inventory:sync', { times: 2 });
  });
});

describe('two instances', () => {
  it('do not run at the same time', async () => {
    const [one, two] = [await start('api-1'), await start('api-2')];

    const results = await Promise.all([
      one.get(InventoryTasks).sync(),
      two.get(InventoryTasks).sync(),
    ]);

    expect(results).toEqual(['7 pieces', undefined]);
    fleet.assertRan('inventory:sync', { times: 1, instance: 'api-1' });
    fleet.assertRan('inventory:sync', { times: 0, instance: 'api-2' });
  });

  it('do not run at the same time either when a run takes longer than its ttl', async () => {
    const [one, two] = [await start('api-1'), await start('api-2')];
    supplier.count.mockImplementation(async () => {
      await fleet.clock.pause('1h'); // an hour of the fleet's clock, no time of yours
      return 7;
    });

    const running = one.get(InventoryTasks).sync();
    await fleet.clock.advance('59m'); // the lease is renewed on the way
    expect(await two.get(InventoryTasks).sync()).toBeUndefined();

    await fleet.clock.advance('1m');
    expect(await running).toBe('7 pieces');
  });

  it('come to their turn where a call waits for the other', async () => {
    const [one, two] = [await start('api-1'), await start('api-2')];
    const lease = await one.get(LockService).acquire('report');

    const waiting = two.get(LockService).run('report', { wait: '30s' }, () => 'built');
    await fleet.clock.advance('20s');
    await lease?.release();
    await fleet.clock.advance('1s');

    expect(await waiting).toMatchObject({ outcome: 'completed', value: 'built' });
  });
});

describe('a body that loses its lock', () => {
  /** Asks the supplier, who takes an hour, or until the body's signal fires. */
  function askASlowSupplier(): void {
    supplier.count.mockImplementation(async (signal) => {
      const stopped = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
      return Promise.race([fleet.clock.pause('1h').then(() => 7), stopped]);
    });
  }

  it('stops when another instance has taken over', async () => {
    const app = await start('api-1');
    askASlowSupplier();
    const running = app.get(InventoryTasks).sync();
    await fleet.clock.settled(); // it asks the supplier now

    await fleet.steal('inventory:sync'); // the body does not know yet: its next renewal is refused
    await expect(fleet.clock.advanceUntil(running)).rejects.toThrow(LeaseLostError);

    expect(shop.setStock).not.toHaveBeenCalled();
    fleet.assertRan('inventory:sync', { instance: 'api-1', lost: true });
  });

  it('stops when its lease has expired, even if nobody else wants the lock', async () => {
    const app = await start('api-1');
    askASlowSupplier();
    const running = app.get(InventoryTasks).sync();
    await fleet.clock.settled();

    await fleet.expire('inventory:sync');
    await expect(fleet.clock.advanceUntil(running)).rejects.toThrow(LeaseLostError);

    expect(shop.setStock).not.toHaveBeenCalled();
  });

  it('stops when its process wakes from a pause that was longer than the ttl', async () => {
    const app = await start('api-1');
    askASlowSupplier();
    const running = app.get(InventoryTasks).sync();
    await fleet.clock.settled();

    fleet.clock.block('15m'); // time passes, and no timer runs; then the process wakes
    await expect(fleet.clock.advanceUntil(running)).rejects.toThrow(LeaseLostError);

    expect(shop.setStock).not.toHaveBeenCalled();
  });
});

describe('a deploy', () => {
  it('asks a running body to stop, and gives its lock to the next instance', async () => {
    const app = await start('api-1');
    supplier.count.mockImplementation(async (signal) => {
      while (!signal.aborted) await fleet.clock.pause('1s'); // looks at its signal now and then
      return 7;
    });
    const running = app.get(InventoryTasks).sync();
    await fleet.clock.settled();

    // Closing lets the time pass that the body needs to stop.
    const [stopped] = await Promise.allSettled([running, app.close()]);

    expect(stopped).toMatchObject({ reason: expect.any(MarathonClosingError) });
    expect(await fleet.locks('api-2').acquire('inventory:sync')).not.toBeNull();
  });
});

describe('a cron', () => {
  beforeEach(() => void jest.useFakeTimers({ now: new Date('2026-03-29T00:59:00Z') }));
  afterEach(() => void jest.useRealTimers());

  it('fires on each instance, and runs on one of them', async () => {
    await start('api-1');
    await start('api-2');

    await jest.advanceTimersByTimeAsync(60_000); // the crons of both fire at 01:00
    await fleet.clock.settled();
    fleet.assertRan('inventory:sync', { times: 1 });

    await jest.advanceTimersByTimeAsync(5 * 60_000);
    await fleet.clock.settled();
    fleet.assertRan('inventory:sync', { times: 2 });
  });
});
