import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  DataSourceNotFoundError,
  DuplicateModuleError,
  InvalidOptionError,
  LockTableError,
  MarathonModule,
  SingleRunner,
  UnsupportedDatabaseError,
} from 'nestjs-marathon';
import { recording, sqlite } from './support/sqlite.js';
import { start } from './support/applications.js';

/** A module of the application that provides a data source made by hand. */
function providing(dataSource: DataSource): DynamicModule {
  class DatabaseModule {}
  const providers = [{ provide: DataSource, useValue: dataSource }];
  return { module: DatabaseModule, global: true, providers, exports: [DataSource] };
}

async function refusalOf(...imports: DynamicModule[]): Promise<Error> {
  // Not told by instanceof Error: what Node itself throws is of another realm than Jest's tests.
  return start({ imports }).then(
    () => {
      throw new Error('It started.');
    },
    (refusal: Error) => refusal,
  );
}

describe('forRoot() twice', () => {
  it.each([
    ['forRoot()', MarathonModule.forRoot({ enabled: false })],
    ['forRootAsync()', MarathonModule.forRootAsync({ useFactory: () => ({}) })],
    ['its name given', MarathonModule.forRoot({ name: 'default', enabled: false })],
  ])('is refused, the second by %s', async (_how, second) => {
    const refusal = await refusalOf(MarathonModule.forRoot({ enabled: false }), second);
    expect(refusal).toBeInstanceOf(DuplicateModuleError);
    expect(refusal).toMatchObject({ code: 'MARATHON_DUPLICATE_MODULE' });
    expect(refusal.message).toContain("'default'");
    expect(refusal.message).toContain('import it once, in the root module');
  });

  it('is refused in whichever module the second is imported', async () => {
    @Module({ imports: [MarathonModule.forRoot({ enabled: false })] })
    class FeatureModule {}
    const app = start({ imports: [MarathonModule.forRoot({ enabled: false }), FeatureModule] });
    await expect(app).rejects.toThrow(DuplicateModuleError);
  });

  it('is refused under one name of its own', async () => {
    const named = (): DynamicModule => MarathonModule.forRoot({ name: 'billing', enabled: false });
    expect((await refusalOf(named(), named())).message).toContain("'billing'");
  });

  it('is refused before connections are opened', async () => {
    const { options, connections } = recording((await sqlite()).options);
    const modules = [MarathonModule.forRoot(), MarathonModule.forRoot()];
    const refusal = await refusalOf(TypeOrmModule.forRoot(options), ...modules);
    expect(refusal).toBeInstanceOf(DuplicateModuleError);
    expect(connections.length).toBeLessThanOrEqual(1);
  });
});

describe('a data source', () => {
  it.each([
    ['default', {}, 'no TypeORM data source.'],
    ['other', { dataSource: 'other' }, "no TypeORM data source named 'other'."],
  ])('that is missing is named: %s', async (_name, options, said) => {
    const refusal = await refusalOf(MarathonModule.forRoot(options));
    expect(refusal).toBeInstanceOf(DataSourceNotFoundError);
    expect(refusal).toMatchObject({ code: 'MARATHON_NO_DATA_SOURCE' });
    expect(refusal.message).toContain(said);
    expect(refusal.message).toContain('Import TypeOrmModule.forRoot(…)');
  });

  it('of another name is not taken instead', async () => {
    const { options } = await sqlite();
    const refusal = await refusalOf(
      TypeOrmModule.forRoot({ ...options, name: 'other' }),
      MarathonModule.forRoot(),
    );
    expect(refusal).toBeInstanceOf(DataSourceNotFoundError);
  });

  it('that cannot be opened fails with its own error, and is not called missing', async () => {
    const { options } = await sqlite();
    const inAFile = `${String(options.database)}/database`;
    const unreachable = Object.assign({}, options, { database: inAFile });
    for (const order of [0, 1]) {
      const imports = [
        TypeOrmModule.forRoot({ ...unreachable, retryAttempts: 0 }),
        MarathonModule.forRoot(),
      ];
      const refusal = await refusalOf(...(order === 0 ? imports : imports.reverse()));
      expect(refusal).not.toBeInstanceOf(DataSourceNotFoundError);
      expect(refusal.message).toContain('EEXIST');
    }
  });

  it('of a database that is not spoken is refused, and never connected', async () => {
    const driver = { MongoClient: { connect: () => Promise.reject(new Error('connected')) } };
    const dataSource = new DataSource({ type: 'mongodb', url: 'mongodb://127.0.0.1/x', driver });
    const refusal = await refusalOf(providing(dataSource), MarathonModule.forRoot());
    expect(refusal).toBeInstanceOf(UnsupportedDatabaseError);
    expect(refusal).toMatchObject({ code: 'MARATHON_UNSUPPORTED_DATABASE' });
    expect(refusal.message).toContain('mongodb');
    expect(refusal.message).toContain('PostgreSQL');
  });
});

describe('the table', () => {
  it('that is missing is refused with createTable: false', async () => {
    const database = await sqlite();
    const refusal = await refusalOf(
      TypeOrmModule.forRoot(database.options),
      MarathonModule.forRoot({ createTable: false }),
    );
    expect(refusal).toBeInstanceOf(LockTableError);
    expect(refusal).toMatchObject({ code: 'MARATHON_TABLE_MISSING' });
    expect(refusal.message).toContain('marathon_lock');
    expect(refusal.message).toContain('marathonMigrations');
    expect(await database.query('SELECT name FROM sqlite_master')).toEqual([]);
  });

  it('that is somebody else’s is refused, and left as it is', async () => {
    const database = await sqlite();
    await database.query('CREATE TABLE marathon_lock (runner text)');
    await database.query("INSERT INTO marathon_lock VALUES ('Pheidippides')");
    const refusal = await refusalOf(
      TypeOrmModule.forRoot(database.options),
      MarathonModule.forRoot(),
    );
    expect(refusal).toMatchObject({ code: 'MARATHON_TABLE_SHAPE' });
    expect(refusal.message).toContain('MarathonLock');
    expect(await database.query('SELECT * FROM marathon_lock')).toEqual([
      { runner: 'Pheidippides' },
    ]);
  });
});

describe('a bad option of the module is refused at start-up', () => {
  it.each<[string, object]>([
    ['defaultTtl of 0', { defaultTtl: 0 }],
    ['defaultTtl below 100 ms', { defaultTtl: '99ms' }],
    ['defaultTtl over 24 days', { defaultTtl: '25d' }],
    ['defaultTtl that is NaN', { defaultTtl: NaN }],
    ['defaultTtl that is unreadable', { defaultTtl: 'soon' }],
    ['shutdownTimeout that is negative', { shutdownTimeout: -1 }],
    ['shutdownTimeout that is NaN', { shutdownTimeout: NaN }],
    ['shutdownTimeout that is unreadable', { shutdownTimeout: 'soon' }],
    ['connection that is unknown', { connection: 'pooled' }],
    ['preparedStatements that is a string', { preparedStatements: 'false' }],
    ['instance that is empty', { instance: '' }],
    ['instance over 255 characters', { instance: 'x'.repeat(256) }],
    ['instance with a NUL', { instance: 'a\0b' }],
    ['instance that is a number', { instance: 5 }],
  ])('%s', async (_what, options) => {
    for (const marathon of [
      MarathonModule.forRoot({ enabled: false, ...options }),
      MarathonModule.forRootAsync({ useFactory: () => ({ enabled: false, ...options }) }),
    ]) {
      const refusal = await refusalOf(marathon);
      expect(refusal).toBeInstanceOf(InvalidOptionError);
      expect(refusal).toMatchObject({ code: 'MARATHON_INVALID_OPTION' });
      expect(refusal.message).toMatch(/give /i);
    }
  });
});

describe('an option that has to stand beside the factory', () => {
  it.each(['name', 'dataSource'])('is refused in what the factory returns: %s', async (extra) => {
    const useFactory = () => ({ enabled: false, [extra]: 'billing' });
    const module = MarathonModule.forRootAsync({ useFactory });
    await expect(start({ imports: [module] })).rejects.toThrow(
      new RegExp(`^The option ${extra} came from a factory.*beside useFactory`),
    );
  });
});

describe('a module that is missing', () => {
  it.each([
    [undefined, 'import MarathonModule.forRoot()'],
    ['billing', "import MarathonModule.forRoot({ name: 'billing' })"],
  ])('is named in Nest’s own message (%s)', async (module, hint) => {
    @Injectable()
    class Jobs {
      @SingleRunner('job', { module })
      async run(): Promise<void> {}
    }
    @Module({ providers: [Jobs] })
    class AppModule {}
    const options = { logger: false, abortOnError: false } as const;
    await expect(NestFactory.createApplicationContext(AppModule, options)).rejects.toThrow(
      `needed by @SingleRunner: ${hint}`,
    );
  });
});
