import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { LockStore } from '../../lib/core/lock-store.js';
import {
  createDatabase,
  describeDatabases,
  optionsFromUrl,
  throughPort,
  type TestDatabase,
} from '../support/databases.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { lockService } from './support/algorithm.js';
import { Contender, fresh, holder } from './support/contender.js';
import type { StoredRow } from './support/harness.js';
import { newApplication, openStore } from './support/sql-harness.js';

/** A replica lags behind, and a lock is decided by what is there at this moment. */
describeDatabases(
  'the store of an application with a replica',
  (dialect) => {
    let database: TestDatabase;
    let replica: TcpProxy;
    let application: DataSource;
    let stores: LockStore[];

    beforeAll(async () => {
      database = await createDatabase(dialect);
      await database.query('CREATE TABLE item (id INT)');
      replica = await TcpProxy.start({ port: Number(new URL(database.url).port) });
    });
    afterAll(async () => {
      await replica.close();
      await database.drop();
    });

    beforeEach(async () => {
      stores = [];
      await replica.setMode('forward');
      const [master, slave] = [database.url, throughPort(database.url, replica.port)].map(
        optionsFromUrl,
      );
      const options = { type: database.options.type } as DataSourceOptions; // no address of its own
      application = await newApplication(
        { ...database, options },
        { replication: { master, slaves: [slave] } },
      );
      const reader = application.createQueryRunner('slave');
      expect(await reader.query('SELECT * FROM item')).toEqual([]);
      await reader.release();
      expect(replica.connections).toBeGreaterThan(0);
    });
    afterEach(async () => {
      await replica.setMode('reset'); // ends what waits for an answer
      await Promise.all(stores.map((store) => store.close()));
      await application.destroy();
    });

    const open = async (connection: 'dedicated' | 'shared'): Promise<LockStore> => {
      const store = await openStore(application, { connection });
      stores.push(store);
      return store;
    };

    describe.each(['dedicated', 'shared'] as const)('on %s connections', (connection) => {
      it('never asks it', async () => {
        const before = replica.accepted;
        await replica.setMode('drop-replies'); // whoever asked it would wait in vain
        const lease = await holder(await open(connection), fresh());
        expect(await lease.renew()).toMatchObject({ renewed: true });
        const other = new Contender(await open(connection), lease.request.name);
        expect(await other.refused()).toMatchObject({ record: { fence: lease.fence } });
        expect(await lease.release()).toBe('released');
        expect(replica.accepted).toBe(before);
      });

      it('makes the transactions of leases on the primary', async () => {
        await replica.setMode('reset');
        await replica.setMode('refuse');
        const locks = lockService(await open(connection), undefined, application);
        const lease = (await locks.acquire(fresh()))!;
        await lease.transaction((manager) => manager.query('INSERT INTO item VALUES (1)'));
        expect(await database.query('SELECT id FROM item')).toEqual([{ id: 1 }]);
        await database.query('DELETE FROM item');
        expect(await lease.release()).toBe('released');
      });

      it('starts and works while it is down', async () => {
        await replica.setMode('reset');
        await replica.setMode('refuse');
        const lease = await holder(await open(connection), fresh());
        expect(await lease.renew()).toMatchObject({ renewed: true });
        expect(await lease.release()).toBe('released');
        const { name, owner } = lease.request;
        expect(await database.query<StoredRow>('SELECT * FROM marathon_lock')).toContainEqual(
          expect.objectContaining({ name, owner }),
        );
      });
    });
  },
  ['postgres', 'mariadb'],
);
