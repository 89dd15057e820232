import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import {
  createDatabase,
  describeDatabases,
  optionsFromUrl,
  throughPort,
  type TestDatabase,
} from '../../support/databases.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

describeDatabases('a test database', (dialect) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase(dialect);
  });

  afterAll(() => database.drop());

  it('is reached by TypeORM and by the raw connection alike', async () => {
    await database.query('CREATE TABLE item (id INT PRIMARY KEY, fence BIGINT)');
    const dataSource = await new DataSource(database.options).initialize();
    await dataSource.query('INSERT INTO item VALUES (1, 1700000000000)');
    await dataSource.destroy();
    expect(await database.query('SELECT * FROM item')).toEqual([{ id: 1, fence: 1700000000000 }]);
  });

  it('is reached by its URL', async () => {
    const dataSource = await new DataSource(optionsFromUrl(database.url)).initialize();
    await dataSource.query('CREATE TABLE by_url (id INT)');
    await dataSource.destroy();
    expect(await database.query('SELECT * FROM by_url')).toEqual([]);
  });

  it('takes parameters as ? and gives numbers', async () => {
    const rows = await database.query(
      'SELECT count(*) AS many, sum(n) AS total FROM (SELECT 5 AS n UNION SELECT 7) AS numbers WHERE n > ? AND n < ?',
      [4, 6],
    );
    expect(rows).toEqual([{ many: 1, total: 5 }]);
  });

  it('shares nothing with another one', async () => {
    const other = await createDatabase(dialect);
    await other.query('CREATE TABLE only_there (id INT)');
    // Not toThrow: better-sqlite3's error can come from the realm of another test file.
    await expect(database.query('SELECT * FROM only_there')).rejects.toMatchObject({
      message: expect.stringMatching(/only_there/),
    });
    await other.drop();
  });
});

describeDatabases(
  'a database on a server',
  (dialect) => {
    it('can be reached through a proxy', async () => {
      const database = await createDatabase(dialect);
      const proxy = await TcpProxy.start({ port: Number(new URL(database.url).port) });
      const options = optionsFromUrl(throughPort(database.url, proxy.port));
      const dataSource = await new DataSource(options).initialize();
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(proxy.accepted).toBeGreaterThan(0);
      await dataSource.destroy();
      await proxy.close();
      await database.drop();
    });

    it('can be dropped while a connection is inside a transaction', async () => {
      const database = await createDatabase(dialect);
      await database.query('CREATE TABLE busy (id INT)');
      const dataSource = await new DataSource(database.options).initialize();
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query('INSERT INTO busy VALUES (1)');

      await database.drop();

      await expect(new DataSource(database.options).initialize()).rejects.toThrow(
        /does not exist|Unknown database/,
      );
      await expect(runner.commitTransaction()).rejects.toThrow(/released|closed|terminated|lost/i);
      await runner.release();
      await dataSource.destroy();
    });
  },
  ['postgres', 'mariadb'],
);

describeDatabases(
  'the SQLite file',
  (dialect) => {
    it('is in WAL mode for every connection', async () => {
      const database = await createDatabase(dialect);
      const dataSource = await new DataSource(database.options).initialize();
      expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
      await dataSource.destroy();
      await database.drop();
    });
  },
  ['sqlite'],
);
