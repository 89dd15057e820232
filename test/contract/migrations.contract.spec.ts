import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DefaultNamingStrategy, type DataSource } from 'typeorm';
import { MarathonLock } from '../../lib/sql/marathon-lock.entity.js';
import { marathonMigrations } from '../../lib/sql/migrations/index.js';
import {
  createDatabase,
  describeDatabases,
  type Dialect,
  type TestDatabase,
} from '../support/databases.js';
import { fresh, holder } from './support/contender.js';
import { oracles } from './support/oracles.js';
import { newApplication, openStore } from './support/sql-harness.js';

/** Not toThrow(): better-sqlite3 makes all its errors in the realm of the first test file. */
const NO_SUCH_TABLE = { message: expect.stringContaining('marathon_lock') };

class Shouting extends DefaultNamingStrategy {
  override tableName(targetName: string, userSpecifiedName: string | undefined): string {
    return `${super.tableName(targetName, userSpecifiedName).toUpperCase()}_T`;
  }
}

class Initials extends DefaultNamingStrategy {
  override tableName(targetName: string): string {
    return targetName.replaceAll(/[a-z]/g, '').toLowerCase();
  }
}

interface Place {
  readonly title: string;
  readonly options: object;
  /** Its parts, not yet quoted. */
  readonly table: string;
  readonly only?: Dialect;
}

const quote = (dialect: Dialect, name: string): string =>
  dialect === 'mariadb' || dialect === 'mysql' ? `\`${name}\`` : `"${name}"`;

const PLACES: readonly Place[] = [
  { title: 'by its own name', options: {}, table: 'marathon_lock' },
  { title: 'with a prefix', options: { entityPrefix: 'shop_' }, table: 'shop_marathon_lock' },
  {
    title: 'by a naming strategy',
    options: { namingStrategy: new Shouting() },
    table: 'MARATHON_LOCK_T',
  },
  {
    title: 'by a naming strategy that goes by the class, and with a prefix',
    options: { namingStrategy: new Initials(), entityPrefix: 'x_' },
    table: 'x_ml',
  },
  {
    title: 'in a schema',
    options: { schema: 'shop' },
    table: 'shop.marathon_lock',
    only: 'postgres',
  },
  {
    title: 'in a schema, with a prefix, by a naming strategy',
    options: { schema: 'Shop', entityPrefix: 'a-', namingStrategy: new Shouting() },
    table: 'Shop.a-MARATHON_LOCK_T',
    only: 'postgres',
  },
];

describeDatabases('the table, wherever it is', (dialect) => {
  let database: TestDatabase;
  let dataSources: DataSource[] = [];

  beforeAll(async () => {
    database = await createDatabase(dialect);
  });
  afterEach(async () => {
    await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
    dataSources = [];
  });
  afterAll(() => database.drop());

  const connect = async (options: object): Promise<DataSource> => {
    const dataSource = await newApplication(database, { ...options });
    dataSources.push(dataSource);
    return dataSource;
  };

  const columnsOf = (table: string) => database.query(oracles[dialect].columns(table));

  const places = PLACES.filter(({ only = dialect }) => only === dialect);

  it.each(places)(
    'is created alike by createTable and by the migrations: $title',
    async (place) => {
      const { options, table } = place;
      const parts = table.split('.').map((part) => quote(dialect, part));
      const path = parts.join('.');
      if (parts.length > 1) await database.query(`CREATE SCHEMA ${parts[0]}`);
      const columns = () => columnsOf(dialect === 'postgres' ? path : table);

      // In either case it is where it should be, or the statements that look for it would fail.
      const application = await connect({ ...options, entities: [MarathonLock] });
      const store = await openStore(application);
      const created = await columns();
      expect(created).toHaveLength(9);
      const lease = await holder(store, fresh());
      const { name, owner, instance } = lease.request;
      expect(await database.query(`SELECT * FROM ${path}`)).toMatchObject([{ name, owner }]);

      // The entity reads it, and shows no owner.
      const [entity] = await application.getRepository(MarathonLock).find();
      expect(entity).toMatchObject({ name, instance, fence: lease.fence, releasedAt: null });
      expect(entity!.lockedUntil.getTime() - entity!.acquiredAt.getTime()).toBeGreaterThan(0);
      expect(entity!.owner).toBeUndefined();
      await store.close();
      await database.query(`DROP TABLE ${path}`);

      const migrating = { migrations: marathonMigrations, migrationsTableName: `m_${fresh()}` };
      const migrated = await connect({ ...options, ...migrating });
      await migrated.runMigrations();
      expect(await columns()).toEqual(created);
      const later = await openStore(migrated, { createTable: false });
      const next = await holder(later, fresh());
      expect(await next.release()).toBe('released');
      await later.close();
      await database.query(`DROP TABLE ${path}`);
    },
  );

  describe('by a migration', () => {
    let migrations: object;
    beforeEach(() => {
      migrations = { migrations: marathonMigrations, migrationsTableName: `m_${fresh()}` };
    });

    it('is tolerated if it stands, and what it holds is kept', async () => {
      const store = await openStore(await connect({}));
      const lease = await holder(store, fresh());
      const migrating = await connect(migrations);
      expect(await migrating.runMigrations()).toHaveLength(1);
      expect(await lease.renew()).toMatchObject({ renewed: true });
      await store.close();
      expect(await (await connect(migrations)).runMigrations()).toEqual([]);
    });

    it('is dropped again, also where the entity is listed', async () => {
      const dataSource = await connect({ ...migrations, entities: [MarathonLock] });
      await dataSource.runMigrations();
      expect(await dataSource.getRepository(MarathonLock).count()).toBeGreaterThanOrEqual(0);
      await dataSource.undoLastMigration();
      await expect(database.query('SELECT * FROM marathon_lock')).rejects.toMatchObject(
        NO_SUCH_TABLE,
      );
    });

    it('is created at start-up where migrationsRun says so', async () => {
      await connect({ ...migrations, migrationsRun: true });
      expect(await database.query('SELECT * FROM marathon_lock')).toEqual([]);
    });
  });

  // TypeORM looks into MySQL's catalogue then, and MariaDB's has other words for NULL.
  if (dialect === 'mysql') return;

  it('is left as it is by synchronize', async () => {
    const store = await openStore(await connect({}));
    const lease = await holder(store, fresh());
    const before = await columnsOf('marathon_lock');
    const synchronizing = await connect({ entities: [MarathonLock] });
    const { upQueries } = await synchronizing.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await synchronizing.synchronize();
    expect(await columnsOf('marathon_lock')).toEqual(before);
    expect(await lease.renew()).toMatchObject({ renewed: true });
    await store.close();
  });
});
