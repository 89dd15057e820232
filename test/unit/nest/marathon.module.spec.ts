import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  getLockServiceToken,
  InjectLockService,
  LockService,
  MarathonModule,
  requireLease,
  SingleRunner,
  type MarathonOptions,
} from 'nestjs-marathon';
import { sqlite } from './support/sqlite.js';
import { start } from './support/applications.js';
import { MemoryLog } from './support/memory-log.js';

const OPTIONS = 'options of an application';

/** What a module’s service was set up with, as far as it shows. */
async function ttlOf(locks: LockService): Promise<number> {
  await using lease = await locks.acquire('any');
  return lease!.expiresAt.getTime() - lease!.acquiredAt.getTime();
}

describe('forRoot()', () => {
  it('provides LockService everywhere, over the application’s database', async () => {
    const database = await sqlite();
    @Injectable()
    class Jobs {
      constructor(@Inject(LockService) readonly locks: LockService) {}

      @SingleRunner('job', { onSkip: 'throw' })
      async fence(): Promise<number> {
        return requireLease().fence;
      }
    }
    @Module({ providers: [Jobs], exports: [Jobs] })
    class FeatureModule {}
    const app = await start({
      imports: [FeatureModule, TypeOrmModule.forRoot(database.options), MarathonModule.forRoot()],
    });
    const jobs = app.get(Jobs, { strict: false });
    const fence = await jobs.fence();
    expect(await database.query('SELECT lock_key, name, fence FROM marathon_lock')).toEqual([
      { lock_key: 'job', name: 'job', fence },
    ]);
    expect(await ttlOf(jobs.locks)).toBe(60_000);
  });

  it('labels this process with its host and id, or as it is told', async () => {
    const database = await sqlite();
    const instances: unknown[] = [];
    for (const options of [{}, { instance: 'api-1' }]) {
      const imports = [TypeOrmModule.forRoot(database.options), MarathonModule.forRoot(options)];
      const app = await start({ imports });
      await app.get(LockService).run('any', () => {});
      instances.push(...(await database.query('SELECT instance FROM marathon_lock')));
    }
    expect(instances).toEqual([
      { instance: expect.stringMatching(new RegExp(`^.+#${process.pid}$`)) },
      { instance: 'api-1' },
    ]);
  });

  it('starts through NestFactory as well', async () => {
    const imports = [MarathonModule.forRoot({ enabled: false })];
    @Module({ imports })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    expect(await app.get(LockService).run('any', () => 1)).toMatchObject({ value: 1 });
    await app.close();
  });

  it('may be imported by two modules where it is one and the same', async () => {
    const marathon = MarathonModule.forRoot({ enabled: false });
    @Module({ imports: [marathon] })
    class FeatureModule {}
    const app = await start({ imports: [marathon, FeatureModule] });
    expect(await ttlOf(app.get(LockService))).toBe(60_000);
  });

  it('needs no database with enabled: false, and warns of it once', async () => {
    const log = new MemoryLog();
    const app = await start({ imports: [MarathonModule.forRoot({ enabled: false })] }, log);
    expect(await ttlOf(app.get(LockService))).toBe(60_000);
    expect(log.texts('warn')).toEqual([expect.stringContaining('enabled: false')]);
    expect(log.texts('error')).toEqual([]);
  });

  it('leaves the database alone with enabled: false', async () => {
    const database = await sqlite();
    const app = await start({
      imports: [
        TypeOrmModule.forRoot(database.options),
        MarathonModule.forRoot({ enabled: false }),
      ],
    });
    await app.get(LockService).run('any', () => {});
    expect(await database.query('SELECT name FROM sqlite_master')).toEqual([]);
  });
});

describe('forRootAsync()', () => {
  const options: MarathonOptions = { enabled: false, defaultTtl: '5m' };

  @Module({ providers: [{ provide: OPTIONS, useValue: options }], exports: [OPTIONS] })
  class ConfigModule {}

  @Injectable()
  class MarathonConfig {
    constructor(@Inject(OPTIONS) private readonly read: MarathonOptions) {}

    create(): Promise<MarathonOptions> {
      return Promise.resolve(this.read);
    }
  }

  @Module({ imports: [ConfigModule], providers: [MarathonConfig], exports: [MarathonConfig] })
  class MarathonConfigModule {}

  it.each([
    [
      'useFactory',
      MarathonModule.forRootAsync({
        imports: [ConfigModule],
        inject: [OPTIONS],
        useFactory: (read: MarathonOptions) => read,
      }),
    ],
    [
      'useFactory that takes its time',
      MarathonModule.forRootAsync({ useFactory: () => Promise.resolve(options) }),
    ],
    [
      'useClass',
      MarathonModule.forRootAsync({ imports: [ConfigModule], useClass: MarathonConfig }),
    ],
    [
      'useExisting',
      MarathonModule.forRootAsync({
        imports: [MarathonConfigModule],
        useExisting: MarathonConfig,
      }),
    ],
  ])('takes its options from %s', async (_how, marathon) => {
    const app = await start({ imports: [marathon] });
    expect(await ttlOf(app.get(LockService))).toBe(300_000);
  });

  it('uses the data source that is named beside the factory', async () => {
    const database = await sqlite();
    const app = await start({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, name: 'billing' }),
        MarathonModule.forRootAsync({ dataSource: 'billing', useFactory: () => ({}) }),
      ],
    });
    await app.get(LockService).run('any', () => {});
    expect(await database.query('SELECT name FROM marathon_lock')).toEqual([{ name: 'any' }]);
  });

  it('fails with what the factory throws', async () => {
    const error = new Error('no configuration');
    const useFactory = (): Promise<MarathonOptions> => Promise.reject(error);
    await expect(start({ imports: [MarathonModule.forRootAsync({ useFactory })] })).rejects.toBe(
      error,
    );
  });
});

describe('modules with names', () => {
  @Injectable()
  class Jobs {
    constructor(
      @InjectLockService() readonly locks: LockService,
      @InjectLockService('billing') readonly billing: LockService,
    ) {}

    @SingleRunner('shop job')
    async shop(): Promise<void> {}

    @SingleRunner('billing job', { module: 'billing' })
    async bill(): Promise<void> {}
  }

  it('keep their locks on the data sources that they name', async () => {
    const [shop, billing] = [await sqlite(), await sqlite()];
    const app = await start({
      imports: [
        TypeOrmModule.forRoot(shop.options),
        TypeOrmModule.forRoot({ ...billing.options, name: 'bills' }),
        MarathonModule.forRoot(),
        MarathonModule.forRootAsync({
          name: 'billing',
          dataSource: 'bills',
          useFactory: () => ({ defaultTtl: '5m' }),
        }),
      ],
      providers: [Jobs, { provide: 'made', inject: [], useFactory: () => new Jobs(...none) }],
    });
    for (const jobs of [app.get(Jobs), app.get<Jobs>('made')]) {
      await jobs.shop();
      await jobs.bill();
    }
    const names = 'SELECT name FROM marathon_lock';
    expect(await shop.query(names)).toEqual([{ name: 'shop job' }]);
    expect(await billing.query(names)).toEqual([{ name: 'billing job' }]);
    const { locks, billing: bills } = app.get(Jobs);
    expect([await ttlOf(locks), await ttlOf(bills)]).toEqual([60_000, 300_000]);
  });

  it('give their services under the tokens of their names', async () => {
    const app = await start({
      imports: [
        MarathonModule.forRoot({ enabled: false }),
        MarathonModule.forRoot({ name: 'billing', enabled: false }),
      ],
      providers: [Jobs],
    });
    const { locks, billing } = app.get(Jobs);
    expect(getLockServiceToken()).toBe(LockService);
    expect(app.get(getLockServiceToken())).toBe(locks);
    expect(app.get(getLockServiceToken('billing'))).toBe(billing);
    expect(locks).not.toBe(billing);
  });

  const none = [] as unknown as [LockService, LockService];
});
