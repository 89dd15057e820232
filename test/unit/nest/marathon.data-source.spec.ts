import { describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  Column,
  DataSource,
  Entity,
  PrimaryColumn,
  type DataSourceOptions,
  type Logger,
} from 'typeorm';
import {
  LockService,
  MarathonLock,
  marathonMigrations,
  MarathonModule,
  type MarathonOptions,
} from 'nestjs-marathon';
import { recording, sqlite } from './support/sqlite.js';
import { start } from './support/applications.js';

@Entity('product')
class Product {
  @PrimaryColumn({ type: 'varchar' })
  sku!: string;

  @Column({ type: 'integer' })
  stock!: number;
}

/** Whatever TypeORM's logger is told. */
class QueryLog implements Logger {
  readonly told: unknown[] = [];

  logQuery = (...told: unknown[]): void => this.keep(told);
  logQueryError = (...told: unknown[]): void => this.keep(told);
  logQuerySlow = (...told: unknown[]): void => this.keep(told);
  logSchemaBuild = (...told: unknown[]): void => this.keep(told);
  logMigration = (...told: unknown[]): void => this.keep(told);
  log = (...told: unknown[]): void => this.keep(told);

  /** The last argument is TypeORM's own query runner. */
  private keep(told: unknown[]): void {
    this.told.push(told.filter((part) => typeof part !== 'object' || Array.isArray(part)));
  }
}

async function startOn(
  options: DataSourceOptions & { autoLoadEntities?: boolean },
  marathon: MarathonOptions = {},
): Promise<LockService> {
  const imports = [TypeOrmModule.forRoot(options), MarathonModule.forRoot(marathon)];
  return (await start({ imports })).get(LockService);
}

async function expectToWork(locks: LockService): Promise<void> {
  await using lease = await locks.acquire('other');
  expect(lease).toMatchObject({ name: 'other' });
  expect(await locks.run('any', () => 1)).toMatchObject({ outcome: 'completed', lost: false });
}

describe('the entity', () => {
  it('is known to a data source with autoLoadEntities, for reading and without its owner', async () => {
    const { options } = await sqlite();
    const imports = [
      TypeOrmModule.forRoot({ ...options, autoLoadEntities: true }),
      MarathonModule.forRoot({ instance: 'api-1' }),
    ];
    const app = await start({ imports });
    await using lease = await app.get(LockService).acquire('Any name');
    const [lock, ...others] = await app.get(DataSource).getRepository(MarathonLock).find();
    expect(others).toEqual([]);
    expect(lock).toMatchObject({
      name: 'Any name',
      instance: 'api-1',
      fence: lease!.fence,
      acquiredAt: lease!.acquiredAt,
      lockedUntil: lease!.expiresAt,
      releasedAt: null,
      lastTick: null,
    });
    expect(lock!.owner).toBeUndefined();
  });

  it('and the table suit each other, so that synchronize changes nothing', async () => {
    const { options } = await sqlite();
    await expectToWork(await startOn(options));
    const dataSource = new DataSource(Object.assign({}, options, { entities: [MarathonLock] }));
    await dataSource.initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await dataSource.destroy();
  });

  it('need not be known: autoLoadEntities may be off', async () => {
    const database = await sqlite();
    await expectToWork(await startOn(database.options));
    expect(await database.query('SELECT name FROM marathon_lock ORDER BY name')).toEqual([
      { name: 'any' },
      { name: 'other' },
    ]);
  });
});

describe('a data source', () => {
  it('may be made by hand, and is not closed by the module', async () => {
    const dataSource = await new DataSource((await sqlite()).options).initialize();
    @Module({ providers: [{ provide: DataSource, useValue: dataSource }], exports: [DataSource] })
    class DatabaseModule {}
    const database: DynamicModule = { module: DatabaseModule, global: true };
    const app = await start({ imports: [MarathonModule.forRoot(), database] });
    await expectToWork(app.get(LockService));
    await app.close();
    expect(await dataSource.query('SELECT count(*) AS locks FROM marathon_lock')).toEqual([
      { locks: 2 },
    ]);
    await dataSource.destroy();
  });

  it('in memory is shared, since another connection would not see it', async () => {
    const { options, connections } = recording({ type: 'better-sqlite3', database: ':memory:' });
    await expectToWork(await startOn(options));
    expect(connections).toHaveLength(1);
  });

  it('in a file gets a connection of our own, unless it is told to share', async () => {
    const own = recording((await sqlite()).options);
    await expectToWork(await startOn(own.options));
    expect(own.connections).toHaveLength(2);
    const shared = recording((await sqlite()).options);
    await expectToWork(await startOn(shared.options, { connection: 'shared' }));
    expect(shared.connections).toHaveLength(1);
  });

  it('that migrates has the table with createTable: false', async () => {
    const { options } = await sqlite();
    const migrating = { migrations: marathonMigrations, migrationsRun: true };
    const locks = await startOn(Object.assign({}, options, migrating), { createTable: false });
    await expectToWork(locks);
  });

  it('with a prefix has the table under it', async () => {
    const database = await sqlite();
    const prefixed = Object.assign({}, database.options, { entityPrefix: 'shop_' });
    await expectToWork(await startOn(prefixed));
    expect(await database.query('SELECT name FROM shop_marathon_lock')).toHaveLength(2);
  });
});

describe('dropSchema: true of the application', () => {
  it('never reaches our connections: its tables and rows survive our start and our end', async () => {
    const { options } = await sqlite();
    const entities = { entities: [Product], dropSchema: true, synchronize: true };
    const dataSource = new DataSource(Object.assign({}, options, entities));
    await dataSource.initialize();
    await dataSource.getRepository(Product).insert({ sku: 'shoe', stock: 3 });
    @Module({ providers: [{ provide: DataSource, useValue: dataSource }], exports: [DataSource] })
    class DatabaseModule {}
    const database: DynamicModule = { module: DatabaseModule, global: true };
    const app = await start({ imports: [database, MarathonModule.forRoot()] });
    await expectToWork(app.get(LockService));
    await app.close();
    expect(await dataSource.getRepository(Product).find()).toEqual([{ sku: 'shoe', stock: 3 }]);
    await dataSource.destroy();
  });

  it('is carried out once, by the application', async () => {
    const { options, statements } = recording((await sqlite()).options);
    const entities = { entities: [Product], dropSchema: true, synchronize: true };
    await startOn(Object.assign({}, options, entities));
    await startOn(Object.assign({}, options, entities));
    const drops = statements.filter((text) => /^DROP TABLE.*product/i.test(text));
    expect(drops).toHaveLength(1);
  });
});

describe('the application’s own query log', () => {
  it.each(['dedicated', 'shared'] as const)(
    'sees its statements, and none of ours (%s)',
    async (connection) => {
      const { options, statements } = recording((await sqlite()).options);
      const logger = new QueryLog();
      const logged = { logging: 'all' as const, logger, maxQueryExecutionTime: 1 };
      const imports = [
        TypeOrmModule.forRoot(Object.assign({}, options, logged)),
        MarathonModule.forRoot({ connection }),
      ];
      const app = await start({ imports });
      await app.get(DataSource).query('SELECT 1 AS theirs');
      await expectToWork(app.get(LockService));
      await app.close();
      const told = JSON.stringify(logger.told);
      expect(told).toContain('theirs');
      expect(told).not.toContain('marathon_lock');
      expect(statements.some((text) => text.includes('marathon_lock'))).toBe(true);
    },
  );
});
