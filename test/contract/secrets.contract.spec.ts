import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeDatabases, type Dialect } from '../support/databases.js';
import { CALL_MS, Contender, fresh, holder, holders } from './support/contender.js';
import { assertNoOwner } from './support/discreet-store.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';
import { WatchedLogger } from './support/watched-logger.js';

/** Makes the database refuse to write a lock's row whose instance says so. */
const RULES: Record<Dialect, readonly string[]> = {
  postgres: [`ALTER TABLE marathon_lock ADD CHECK (instance <> 'refuse me')`],
  mariadb: [`ALTER TABLE marathon_lock ADD CHECK (instance <> 'refuse me')`],
  mysql: [`ALTER TABLE marathon_lock ADD CHECK (instance <> 'refuse me')`],
  sqlite: [
    `CREATE TRIGGER rule BEFORE INSERT ON marathon_lock WHEN NEW.instance = 'refuse me'
      BEGIN SELECT RAISE(ABORT, 'refused by a rule'); END`,
  ],
};

/** Makes the database refuse an owner it has seen, and quote it. */
const QUOTING: Record<Dialect, readonly string[]> = {
  postgres: ['CREATE UNIQUE INDEX once ON marathon_lock (owner)'],
  mariadb: ['DELETE FROM marathon_lock', 'ALTER TABLE marathon_lock MODIFY owner int'],
  mysql: ['DELETE FROM marathon_lock', 'ALTER TABLE marathon_lock MODIFY owner int'],
  sqlite: ['CREATE UNIQUE INDEX once ON marathon_lock (owner)'],
};

/**
 * Whoever knows an owner may release its lease, so no answer, error or log line has it. Every test
 * of the contract looks for owners in what the store tells; here is what could quote one.
 */
describeDatabases('an owner', (dialect) => {
  describe('in errors', () => {
    const harness = opened(() => openSql(dialect));

    const failure = async (call: Promise<unknown>): Promise<Error> => {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).toMatchObject({ name: 'LockStoreError', outcome: 'refused' });
      expect(error!.cause).toMatchObject({ message: expect.stringMatching(/./) });
      return error!;
    };

    it('is not told by one that quotes the row', async () => {
      for (const text of RULES[dialect]) await harness().database.query(text);
      const refused = { instance: 'refuse me' };
      const error = await failure(new Contender(harness().store, fresh(), refused).acquire());
      assertNoOwner(error);
      const batch = [refused, {}].map((values) => {
        return new Contender(harness().store, fresh(), values).request;
      });
      assertNoOwner(await failure(harness().store.acquire(batch, CALL_MS)));
      expect(await harness().row(batch[1]!.name)).toBeUndefined();
    });

    it('is not told by one that quotes the statement', async () => {
      const { database, store } = harness();
      const lease = await holder(store, fresh());
      await database.query('ALTER TABLE marathon_lock RENAME COLUMN locked_until TO until');
      const calls = [
        () => new Contender(store, fresh()).acquire(),
        () => lease.renew(),
        () => lease.release(),
      ];
      for (const call of calls) {
        const error = await call().catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'MARATHON_TABLE_SHAPE' });
        assertNoOwner(error);
      }
      await database.query('ALTER TABLE marathon_lock RENAME COLUMN until TO locked_until');
      expect(await lease.renew()).toMatchObject({ renewed: true });
    });

    it('is not told by one that quotes its value', async () => {
      const { database, store } = harness();
      // With a letter first, as MariaDB quotes only what is no number at all.
      const owner = `a${randomUUID().slice(1)}`;
      await holder(store, fresh(), { owner });
      for (const text of QUOTING[dialect]) await database.query(text);
      assertNoOwner(await failure(new Contender(store, fresh(), { owner }).acquire()));
    });
  });

  describe.each(['dedicated', 'shared'] as const)('on %s connections', (connection) => {
    const logger = new WatchedLogger();
    const options = { logger, logging: 'all', maxQueryExecutionTime: 1 };
    const harness = opened(() => openSql(dialect, { connection, options }));

    it("is not told to the application's logger", async () => {
      const { application, database, store } = harness();
      await application.query('SELECT 1');
      expect(logger.told.length).toBeGreaterThan(0);
      for (const lease of await holders(store, 3)) {
        await new Contender(store, lease.request.name).refused();
        await lease.renew();
        await lease.release();
      }
      for (const text of RULES[dialect]) await database.query(text);
      const refused = new Contender(store, fresh(), { instance: 'refuse me' });
      await expect(refused.acquire()).rejects.toMatchObject({ name: 'LockStoreError' });
      assertNoOwner(logger.told);
    });
  });
});
