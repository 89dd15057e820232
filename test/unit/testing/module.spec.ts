import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  InvalidOptionError,
  LockService,
  MarathonLock,
  MarathonModule,
  SingleRunner,
} from 'nestjs-marathon';
import { getLockServiceToken, requireLease } from 'nestjs-marathon';
import { TestFleet, type TestModuleOptions } from 'nestjs-marathon/testing';
import type { EntityManager } from 'typeorm';
import { MemoryLog } from '../nest/support/memory-log.js';

let fleet: TestFleet;
let log: MemoryLog;
const started: TestingModule[] = [];

beforeEach(() => {
  fleet = new TestFleet();
  log = new MemoryLog();
});
afterEach(async () => {
  for (const app of started.splice(0)) await app.close();
});

@Injectable()
class Tasks {
  body: () => Promise<unknown> = async () => 'done';

  @SingleRunner('tasks')
  async run(): Promise<unknown> {
    return this.body();
  }
}

async function start(metadata: ModuleMetadata): Promise<TestingModule> {
  const app = await Test.createTestingModule({ providers: [Tasks], ...metadata })
    .setLogger(log)
    .compile();
  started.push(app);
  return app.init();
}

const startAs = (instance: string, options?: TestModuleOptions): Promise<TestingModule> =>
  start({ imports: [fleet.module(instance, options)] });

describe('fleet.module()', () => {
  it('gives all its instances one store and one clock', async () => {
    const one = await startAs('api-1');
    const two = await startAs('api-2');
    const lease = await one.get(LockService).acquire('report', '1m');
    const refused = await two.get(LockService).run('report', () => {});
    expect(refused).toMatchObject({ reason: 'held', holder: { instance: 'api-1' } });
    await fleet.expire('report');
    await fleet.clock.advance('20s');
    expect(lease?.signal.aborted).toBe(true);
  });

  it('warns of nothing', async () => {
    await (await startAs('api-1')).get(Tasks).run();
    expect(log.texts('warn')).toEqual([]);
  });

  it('takes the options of the module', async () => {
    const app = await startAs('api-1', { defaultTtl: '5m', name: 'default' });
    const lease = await app.get(LockService).acquire('report');
    expect(lease?.expiresAt).toEqual(new Date('2100-01-01T00:05:00Z'));
  });

  it('refuses options that the module refuses', async () => {
    await expect(startAs('')).rejects.toThrow(InvalidOptionError);
    await expect(startAs('api-1', { defaultTtl: '1ms' })).rejects.toThrow(InvalidOptionError);
  });

  it('records each run once, also with two modules in one application', async () => {
    const imports = [fleet.module('api-1'), fleet.module('api-1', { name: 'billing' })];
    const app = await start({ imports });
    await app.get(Tasks).run();
    await app.get<LockService>(getLockServiceToken('billing')).run('invoices', () => {});
    fleet.assertRan('tasks', { times: 1 });
    fleet.assertRan('invoices', { times: 1 });
  });

  it('records what runs while the application starts', async () => {
    @Injectable()
    class WarmUp extends Tasks implements OnModuleInit {
      async onModuleInit(): Promise<void> {
        await this.run();
      }
    }
    await start({ imports: [fleet.module('api-1')], providers: [WarmUp] });
    fleet.assertRan('tasks', { times: 1 });
  });

  it('takes the place of the module that an application imports', async () => {
    const locks = MarathonModule.forRoot();
    @Module({ imports: [locks], providers: [Tasks] })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule] })
      .overrideModule(locks)
      .useModule(fleet.module('api-1'))
      .compile();
    started.push(app);
    await app.init();
    await app.get(Tasks).run();
    fleet.assertRan('tasks', { times: 1, instance: 'api-1' });
  });

  it('lets an instance start again under its label', async () => {
    await (await startAs('api-1')).close();
    await (await startAs('api-1')).get(Tasks).run();
    fleet.assertRan('tasks', { times: 1, instance: 'api-1' });
  });

  it('works on the data source of an application that has one, in fenced transactions', async () => {
    const database = TypeOrmModule.forRoot({
      type: 'sqljs',
      synchronize: true,
      entities: [MarathonLock],
    });
    const app = await start({ imports: [database, fleet.module('api-1')] });
    const tasks = app.get(Tasks);
    const count = (manager: EntityManager): Promise<number> => manager.count(MarathonLock);
    tasks.body = () => requireLease().transaction(count);
    expect(await tasks.run()).toBe(0);

    tasks.body = async () => {
      await fleet.steal('tasks');
      return requireLease().transaction(count);
    };
    await expect(tasks.run()).rejects.toThrow('The lease on "tasks"');
  });
});

describe('closing', () => {
  /** Starts an application whose body is running. */
  async function startRunning(body: () => Promise<unknown>, options?: TestModuleOptions) {
    const app = await startAs('api-1', options);
    const tasks = app.get(Tasks);
    tasks.body = body;
    const running = tasks.run();
    await fleet.clock.settled();
    return { app, running };
  }

  it.each([undefined, '3s', 0])(
    'leaves a body behind that does not end within a shutdownTimeout of %p',
    async (shutdownTimeout) => {
      const { app } = await startRunning(() => new Promise(() => {}), { shutdownTimeout });
      await app.close();
      const waitedMs = { '3s': 3000, 0: 0 }[String(shutdownTimeout)] ?? 10_000;
      expect(fleet.clock.monotonicAt()).toBe(waitedMs);
      expect(log.texts('warn').join()).toContain(
        `"tasks" was not given back within ${waitedMs} ms`,
      );
      expect(await fleet.locks('api-2').acquire('tasks')).toBeNull();
    },
  );

  it('can be repeated', async () => {
    const { app } = await startRunning(() => new Promise(() => {}));
    await app.close();
    await app.close();
  });

  it('gives a shutdown up that would wait for ever', async () => {
    const shutdownTimeout = Infinity;
    const { app } = await startRunning(() => new Promise(() => {}), { shutdownTimeout });
    // Nest 11 rejects with what a hook throws, and Nest 12 logs it.
    const error: unknown = await app.close().catch((thrown: unknown) => thrown);
    started.splice(0);
    expect(`${String(error)} ${log.texts('error').join()}`).toContain('PendingError');
  });

  it('passes the time that a body needs to stop, and no more', async () => {
    const { app, running } = await startRunning(async () => {
      const { signal } = requireLease();
      while (!signal.aborted) await fleet.clock.pause('2s');
      return 'stopped in order';
    });
    await app.close();
    expect(await running).toBe('stopped in order');
    expect(fleet.clock.monotonicAt()).toBe(2000);
    expect(await fleet.locks('api-2').acquire('tasks')).not.toBeNull();
    expect(log.texts('warn')).toEqual([]);
  });

  it('passes no time where no body runs', async () => {
    const app = await startAs('api-1');
    await fleet.hold('report');
    await app.close();
    expect(fleet.clock.monotonicAt()).toBe(0);
  });

  it('leaves no timer on the clock', async () => {
    const app = await startAs('api-1');
    await app.get(LockService).acquire('report');
    expect(fleet.clock.timers).toBe(1);
    await app.close();
    expect(fleet.clock.timers).toBe(0);
  });
});
