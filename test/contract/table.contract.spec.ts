import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { LockStore } from '../../lib/core/lock-store.js';
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.js';
import { createAccount, type Account } from './support/accounts.js';
import { CALL_MS, Contender, fresh, holder } from './support/contender.js';
import type { StoredRow } from './support/harness.js';
import { newApplication, openStore } from './support/sql-harness.js';

/** Not toThrow(): better-sqlite3 makes all its errors in the realm of the first test file. */
const NO_SUCH_TABLE = { message: expect.stringContaining('marathon_lock') };

const TOGETHER = 20;

describeDatabases('the table at start-up', (dialect) => {
  let database: TestDatabase;
  let applications: DataSource[];
  let stores: LockStore[];

  beforeEach(async () => {
    database = await createDatabase(dialect);
    applications = [];
    stores = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(applications.map((application) => application.destroy()));
    await database.drop();
  });

  const application = async (options: object = {}): Promise<DataSource> => {
    const dataSource = await newApplication(database, { ...options });
    applications.push(dataSource);
    return dataSource;
  };

  const open = async (
    options: Parameters<typeof openStore>[1] = {},
    dataSource?: DataSource,
  ): Promise<LockStore> => {
    const store = await openStore(dataSource ?? (await application()), options);
    stores.push(store);
    return store;
  };

  const rows = () => database.query<StoredRow>('SELECT * FROM marathon_lock');

  it(`is created by ${TOGETHER} instances that start at once, and all succeed`, async () => {
    const dataSources = await Promise.all(Array.from({ length: TOGETHER }, () => application()));
    await Promise.all(dataSources.map((dataSource) => open({}, dataSource)));
    const name = fresh();
    const answers = await Promise.all(stores.map((store) => new Contender(store, name).acquire()));
    expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
    expect(await rows()).toMatchObject([{ name }]);
  });

  it('is created once: what it holds is kept by those who start later', async () => {
    const lease = await holder(await open(), fresh());
    const later = await open();
    expect(await new Contender(later, lease.request.name).refused()).toMatchObject({
      record: { fence: lease.fence },
    });
  });

  it.each(['dedicated', 'shared'] as const)(
    'that is missing is an error if it may not be created, on %s connections',
    async (connection) => {
      await expect(open({ connection, createTable: false })).rejects.toMatchObject({
        name: 'LockTableError',
        code: 'MARATHON_TABLE_MISSING',
        outcome: 'refused',
        retryable: false,
        message: expect.stringMatching(/marathon_lock.*does not exist.*createTable/s),
      });
      await expect(rows()).rejects.toMatchObject(NO_SUCH_TABLE);
    },
  );

  it.each([true, false])(
    'with other columns is an error, and stays as it is (createTable: %s)',
    async (createTable) => {
      await database.query('CREATE TABLE marathon_lock (id int, fence int)');
      await database.query('INSERT INTO marathon_lock VALUES (1, 2)');
      await expect(open({ createTable })).rejects.toMatchObject({
        name: 'LockTableError',
        code: 'MARATHON_TABLE_SHAPE',
        message: expect.stringMatching(/marathon_lock.*column.*MarathonLock/s),
      });
      expect(await rows()).toEqual([{ id: 1, fence: 2 }]);
    },
  );

  it('that lacks a single column is an error', async () => {
    await open();
    await database.query('ALTER TABLE marathon_lock DROP COLUMN last_tick');
    await expect(open()).rejects.toMatchObject({ code: 'MARATHON_TABLE_SHAPE' });
  });

  it('that vanishes under a running store is told as missing', async () => {
    const store = await open();
    await database.query('DROP TABLE marathon_lock');
    await expect(new Contender(store, fresh()).acquire()).rejects.toMatchObject({
      code: 'MARATHON_TABLE_MISSING',
    });
  });

  it("is all that is touched: the application's dropSchema and synchronize stay its own", async () => {
    const dataSource = await application({ dropSchema: true, synchronize: true });
    await database.query('CREATE TABLE item (id int)');
    await database.query('INSERT INTO item VALUES (1)');
    const lease = await holder(await open({}, dataSource), fresh());
    expect(
      await new Contender(await open({}, dataSource), lease.request.name).refused(),
    ).toBeTruthy();
    expect(await database.query('SELECT * FROM item')).toEqual([{ id: 1 }]);
  });

  it('is opened with a warning where whoever reads keeps others from writing', async () => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    await open({ warn });
    expect(warnings).toEqual([]);
    if (dialect !== 'sqlite') return;
    await stores.pop()?.close();
    await database.query('PRAGMA journal_mode = DELETE');
    await open({ warn });
    expect(warnings).toEqual([expect.stringContaining('WAL')]);
  });

  it('leaves no connection open once its store is closed', async () => {
    const dataSource = await application();
    const store = await openStore(dataSource);
    await store.close();
    await store.close();
    await expect(store.inspect([fresh()], CALL_MS)).rejects.toMatchObject({
      name: 'LockStoreError',
    });
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describeDatabases(
  'the rights on the table',
  (dialect) => {
    let database: TestDatabase;
    let account: Account;
    let dataSource: DataSource;

    beforeAll(async () => {
      database = await createDatabase(dialect);
      account = await createAccount(database);
      dataSource = await newApplication(database, account.options);
    });
    afterAll(async () => {
      await dataSource?.destroy();
      await account?.drop();
      await database.drop();
    });

    const openAs = (createTable: boolean): Promise<LockStore> =>
      openStore(dataSource, { createTable });

    const GRANT = { name: 'LockTableError', code: 'MARATHON_TABLE_GRANT', retryable: false };

    it('to create it are missed by name', async () => {
      await expect(openAs(true)).rejects.toMatchObject({ name: 'LockTableError' });
    });

    describe('once it stands', () => {
      beforeAll(async () => {
        const owner = await newApplication(database);
        await (await openStore(owner)).close();
        await owner.destroy();
      });

      it('are missed if there are none', async () => {
        await expect(openAs(false)).rejects.toMatchObject(GRANT);
      });

      it.each(['SELECT', 'INSERT', 'UPDATE'])(
        'are missed if only %s is lacking',
        async (lacking) => {
          const others = ['SELECT', 'INSERT', 'UPDATE'].filter((right) => right !== lacking);
          await account.grant(`GRANT ${others.join(', ')} ON marathon_lock`);
          await expect(openAs(false)).rejects.toMatchObject(GRANT);
          await expect(openAs(true)).rejects.toMatchObject(GRANT);
          await revokeAll();
        },
      );

      it('suffice as soon as what the error recommends is done', async () => {
        const error = (await openAs(true).catch((reason: unknown) => reason)) as Error;
        const [recommended] = /GRANT .* ON .*(?= to it)/.exec(error.message)!;
        await account.grant(recommended);
        const store = await openAs(true);
        const lease = await holder(store, fresh());
        expect(await lease.renew()).toMatchObject({ renewed: true });
        expect(await lease.release()).toBe('released');
        await store.close();
      });

      it('that are taken away from a running store are missed by name', async () => {
        await account.grant('GRANT SELECT, INSERT, UPDATE ON marathon_lock');
        const store = await openAs(true);
        await revokeAll();
        await expect(new Contender(store, fresh()).acquire()).rejects.toMatchObject(GRANT);
        await store.close();
      });
    });

    const revokeAll = async (): Promise<void> => {
      const { username } = account.options;
      const user = dialect === 'postgres' ? username : `${username}@'%'`;
      await database.query(`REVOKE SELECT, INSERT, UPDATE ON marathon_lock FROM ${user}`);
    };
  },
  ['postgres', 'mariadb', 'mysql'],
);
