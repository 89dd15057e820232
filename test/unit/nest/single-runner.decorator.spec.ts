import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  InvalidLockNameError,
  InvalidOptionError,
  LeaseLostError,
  requireLease,
  RunSkippedError,
  SingleRunner,
  type Lease,
} from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

@Injectable()
class Inventory {
  readonly started = new Gate<Lease>();
  readonly finish = new Gate();
  runs = 0;

  @SingleRunner('inventory:sync', { ttl: '10m', shared: true, oncePerTick: false })
  async sync(): Promise<string | undefined> {
    return this.body();
  }

  @SingleRunner('inventory:sync', { onSkip: 'throw', shared: true, oncePerTick: false })
  async syncOrThrow(): Promise<string> {
    return this.body();
  }

  @SingleRunner((supplier: string, _force?: boolean) => `inventory:${supplier}`)
  async syncOne(supplier: string, _force?: boolean): Promise<string | undefined> {
    this.runs += 1;
    if (supplier === 'slow') await this.finish.opened;
    return requireLease().name;
  }

  private async body(): Promise<string> {
    this.runs += 1;
    this.started.open(requireLease());
    await this.finish.opened;
    return 'synchronised';
  }
}

async function startInventory(): Promise<Inventory> {
  const app = await startInMemory({ providers: [Inventory] }, { instance: 'api-1' });
  return app.get(Inventory);
}

describe('a call while the method runs', () => {
  it('resolves to undefined, and its body does not run', async () => {
    const inventory = await startInventory();
    const first = inventory.sync();
    await inventory.started.opened;
    expect(await inventory.sync()).toBeUndefined();
    expect(inventory.runs).toBe(1);
    inventory.finish.open();
    expect(await first).toBe('synchronised');
  });

  it("rejects with reason and holder where onSkip is 'throw'", async () => {
    const inventory = await startInventory();
    const first = inventory.sync();
    const { fence, acquiredAt, expiresAt } = await inventory.started.opened;
    const skip: unknown = await inventory.syncOrThrow().catch((error: unknown) => error);
    expect(skip).toBeInstanceOf(RunSkippedError);
    expect(skip).toMatchObject({
      code: 'MARATHON_RUN_SKIPPED',
      reason: 'held',
      holder: { instance: 'api-1', fence, acquiredAt, expiresAt },
    });
    expect((skip as Error).message).toContain('inventory:sync');
    expect(inventory.runs).toBe(1);
    inventory.finish.open();
    await first;
  });

  it('runs again once the first has ended, with a higher fence', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', { onSkip: 'throw' })
      async fence(): Promise<number> {
        return requireLease().fence;
      }
    }
    const jobs = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    const fences = [await jobs.fence(), await jobs.fence(), await jobs.fence()];
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  });
});

describe('a name made of the arguments', () => {
  it('locks each value by itself', async () => {
    const inventory = await startInventory();
    const slow = inventory.syncOne('slow', true);
    expect(await inventory.syncOne('fast')).toBe('inventory:fast');
    expect(await inventory.syncOne('slow')).toBeUndefined();
    inventory.finish.open();
    expect(await slow).toBe('inventory:slow');
  });

  it.each([
    ['is empty', ''],
    ['is too long', 'x'.repeat(256)],
    ['is not a string', 7],
    ['contains a NUL', 'a\0b'],
    ['contains half of a surrogate pair', 'a\ud83c'],
  ])('rejects the call where it %s, and the body does not run', async (_what, name) => {
    let runs = 0;
    @Injectable()
    class Jobs {
      @SingleRunner(() => name as string)
      async run(): Promise<void> {
        runs += 1;
      }
    }
    const jobs = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    await expect(jobs.run()).rejects.toThrow(InvalidLockNameError);
    expect(runs).toBe(0);
  });

  it('rejects the call with what the function throws, and the body does not run', async () => {
    const inventory = await startInventory();
    const noSupplier: unknown = undefined;
    @Injectable()
    class Jobs {
      @SingleRunner((supplier: { id: string }) => supplier.id)
      async run(_supplier: { id: string }): Promise<void> {
        inventory.runs += 1;
      }
    }
    const jobs = (await startInMemory({ providers: [Jobs] })).get(Jobs);
    await expect(jobs.run(noSupplier as { id: string })).rejects.toThrow(TypeError);
    expect(inventory.runs).toBe(0);
  });
});

describe('a body', () => {
  const thrown = { any: 'value' };

  @Injectable()
  class Bodies {
    readonly own = 'own';

    @SingleRunner('values', { onSkip: 'throw' })
    async values(...args: unknown[]): Promise<unknown> {
      return [this.own, ...args];
    }

    @SingleRunner('throws')
    async throws(): Promise<void> {
      throw thrown;
    }

    @SingleRunner('throws at once')
    throwsAtOnce(): void {
      throw thrown;
    }
  }

  it('has its instance and its arguments, and its value reaches the caller', async () => {
    const bodies = (await startInMemory({ providers: [Bodies] })).get(Bodies);
    const argument = { by: 'reference' };
    const value = await bodies.values(argument, undefined, null);
    expect(value).toEqual(['own', argument, undefined, null]);
    expect((value as unknown[])[1]).toBe(argument);
  });

  it('throws to the caller as it is, and gives the name back', async () => {
    const bodies = (await startInMemory({ providers: [Bodies] })).get(Bodies);
    await expect(bodies.throws()).rejects.toBe(thrown);
    await expect(bodies.throwsAtOnce() as unknown).rejects.toBe(thrown);
    await expect(bodies.throws()).rejects.toBe(thrown);
  });
});

describe('options', () => {
  @Injectable()
  class Options {
    @SingleRunner('default ttl', { onSkip: 'throw' })
    async defaultTtl(): Promise<number> {
      return ttlMs(requireLease());
    }

    @SingleRunner('own ttl', { ttl: '90s', onSkip: 'throw' })
    async ownTtl(): Promise<number> {
      return ttlMs(requireLease());
    }

    @SingleRunner('no renewal', { ttl: 100, renew: false, onSkip: 'throw' })
    async untilAborted(): Promise<unknown> {
      const { signal } = requireLease();
      await once(signal, 'abort');
      return signal.reason;
    }

    @SingleRunner('held', { holdAtLeast: '1m', ttl: '1m', onSkip: 'throw' })
    async short(): Promise<void> {}
  }

  it.each([
    [undefined, 60_000],
    ['5m', 300_000],
    [1234, 1234],
  ])('take the module’s defaultTtl (%s) where none is given', async (defaultTtl, expectedMs) => {
    const app = await startInMemory({ providers: [Options] }, { defaultTtl });
    expect(await app.get(Options).defaultTtl()).toBe(expectedMs);
    expect(await app.get(Options).ownTtl()).toBe(90_000);
  });

  it('renew: false lets the signal fire before the ttl is over', async () => {
    const options = (await startInMemory({ providers: [Options] })).get(Options);
    expect(await options.untilAborted()).toBeInstanceOf(LeaseLostError);
  });

  it('holdAtLeast keeps the name after a short run, and is told as the reason', async () => {
    const options = (await startInMemory({ providers: [Options] })).get(Options);
    await options.short();
    await expect(options.short()).rejects.toMatchObject({ reason: 'hold-at-least' });
  });

  it('holdAtLeast above the module’s defaultTtl is refused where no start-up could tell', async () => {
    @Injectable()
    class Lazy {
      @SingleRunner('held for longer than leased', { holdAtLeast: '2m' })
      async tooShort(): Promise<void> {
        throw new Error('must not run');
      }
    }
    const lazy = await (await startInMemory({})).get(ModuleRef).create(Lazy);
    await expect(lazy.tooShort()).rejects.toThrow(InvalidOptionError);
  });

  function ttlMs({ acquiredAt, expiresAt }: Lease): number {
    return expiresAt.getTime() - acquiredAt.getTime();
  }
});
