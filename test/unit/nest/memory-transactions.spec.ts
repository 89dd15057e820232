import { describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  DataSourceNotFoundError,
  LeaseLostError,
  LockService,
  UnsupportedDatabaseError,
} from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';

/** With `enabled: false` the locks are in memory, and the application's transactions are not. */
describe("a lease's transaction without a table", () => {
  const startOnSqlJs = () =>
    startInMemory({ imports: [TypeOrmModule.forRoot({ type: 'sqljs', synchronize: true })] });

  it("runs on the application's data source", async () => {
    const app = await startOnSqlJs();
    const dataSource = app.get(DataSource);
    await dataSource.query('CREATE TABLE item (id INT)');
    const lease = (await app.get(LockService).acquire('job'))!;
    await lease.transaction((manager) => manager.query('INSERT INTO item VALUES (1)'));
    expect(await dataSource.query('SELECT * FROM item')).toEqual([{ id: 1 }]);
  });

  it('commits nothing once the lease was taken away in the middle of its work', async () => {
    const app = await startOnSqlJs();
    const dataSource = app.get(DataSource);
    await dataSource.query('CREATE TABLE item (id INT)');
    const locks = app.get(LockService);
    const lease = (await locks.acquire('job'))!;
    const call = lease.transaction(async (manager) => {
      await manager.query('INSERT INTO item VALUES (1)');
      await locks.forceRelease('job', { fence: lease.fence, reason: 'a test' });
    });
    await expect(call).rejects.toThrow(LeaseLostError);
    expect(await dataSource.query('SELECT * FROM item')).toEqual([]);
  });

  it('is refused by name without a data source, and all else works', async () => {
    const app = await startInMemory({});
    const lease = (await app.get(LockService).acquire('job'))!;
    await expect(lease.transaction(async () => {})).rejects.toThrow(DataSourceNotFoundError);
    expect(await lease.release()).toBe('released');
  });

  it('is refused by name on a database that is not spoken, and all else works', async () => {
    const dataSource = { options: { type: 'oracle' } };
    const app = await startInMemory({
      imports: [
        {
          module: class Database {},
          global: true,
          providers: [{ provide: DataSource, useValue: dataSource }],
          exports: [DataSource],
        },
      ],
    });
    const lease = (await app.get(LockService).acquire('job'))!;
    await expect(lease.transaction(async () => {})).rejects.toThrow(UnsupportedDatabaseError);
    expect(await lease.release()).toBe('released');
  });
});
