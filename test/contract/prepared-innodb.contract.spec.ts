import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { LockStore } from '../../lib/core/lock-store.js';
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.js';
import { Contender, fresh } from './support/contender.js';
import { useAll } from './support/one-session.js';
import { newApplication, openStore } from './support/sql-harness.js';

describeDatabases(
  'a statement that the server keeps prepared',
  (dialect) => {
    let database: TestDatabase;
    let application: DataSource;
    const stores: LockStore[] = [];

    beforeEach(async () => {
      database = await createDatabase(dialect);
      // The store's statements run in its only session, which can be asked about them.
      application = await newApplication(database, { extra: { connectionLimit: 1 } });
    });
    afterEach(async () => {
      await Promise.all(stores.splice(0).map((store) => store.close()));
      await application.destroy();
      await database.drop();
    });

    async function open(preparedStatements = true): Promise<LockStore> {
      const store = await openStore(application, { connection: 'shared', preparedStatements });
      stores.push(store);
      return store;
    }

    /** How many statements the session has prepared, and executed so. */
    async function counted(): Promise<{ prepared: number; executed: number }> {
      const rows: { Variable_name: string; Value: string }[] = await application.query(
        `SHOW SESSION STATUS WHERE Variable_name IN ('Com_stmt_prepare', 'Com_stmt_execute')`,
      );
      const of = (name: string): number =>
        Number(rows.find(({ Variable_name }) => Variable_name === name)?.Value);
      return { prepared: of('Com_stmt_prepare'), executed: of('Com_stmt_execute') };
    }

    it('is each for one name, and is prepared once', async () => {
      const store = await open();
      await useAll(store, 1);
      const first = await counted();
      expect(first.prepared).toBeGreaterThanOrEqual(3);
      expect(first.executed).toBeGreaterThanOrEqual(first.prepared);
      await useAll(store, 1);
      expect(await counted()).toEqual({ ...first, executed: 2 * first.executed });
    });

    it('is none for several names, whose texts differ by their number', async () => {
      await useAll(await open(), 2);
      expect(await counted()).toEqual({ prepared: 0, executed: 0 });
    });

    it('is none with preparedStatements: false', async () => {
      await useAll(await open(false), 1);
      expect(await counted()).toEqual({ prepared: 0, executed: 0 });
    });

    it('is sent in full where the server prepares no more, and not tried again', async () => {
      const store = await open();
      await database.query('SET GLOBAL max_prepared_stmt_count = 0');
      try {
        const contender = new Contender(store, fresh());
        await contender.acquire();
        const { prepared } = await counted();
        expect(await contender.renew()).toMatchObject({ renewed: true });
        expect(await contender.release()).toBe('released');
        expect(await counted()).toEqual({ prepared, executed: 0 });
      } finally {
        await database.query('SET GLOBAL max_prepared_stmt_count = DEFAULT');
      }
    });
  },
  ['mariadb', 'mysql'],
);
