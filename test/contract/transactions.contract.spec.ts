import { afterEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import type { Lease } from '../../lib/nest/lease.js';
import { describeDatabases, type Dialect } from '../support/databases.js';
import { lockService } from './support/algorithm.js';
import { Contender, fresh, holder } from './support/contender.js';
import { openInMemory, openSqlJs } from './support/embedded-databases.js';
import { opened, type OpenSql, type SqlHarness } from './support/harness.js';
import { openSql, type SqlSetup } from './support/sql-harness.js';

type IsolationLevel = Parameters<QueryRunner['startTransaction']>[0];

/** Locks that are taken while the application is inside a transaction of its own. */
describeDatabases(
  "an application's open transaction",
  (dialect) => {
    describe('and a store with connections of its own', () => isNoMatter(() => open(dialect)));
    describe("and a store on the application's pool", () =>
      isNoMatter(() => open(dialect, { connection: 'shared' })));
  },
  ['postgres', 'mariadb', 'mysql'],
);

describeDatabases(
  "an application's open transaction",
  (dialect) => {
    describe('that only reads', () => {
      const { harness, begin } = application(() => open(dialect));

      it('is no matter of a lock', async () => {
        const transaction = await begin();
        await transaction.query('SELECT * FROM item');
        const lease = await holder(harness().store, fresh());
        await transaction.rollbackTransaction();
        expect(await lease.renew()).toMatchObject({ renewed: true });
      });
    });

    describe('that has written, and a store with a connection of its own', () =>
      keepsLocksFromBeingTaken(() => open(dialect)));

    describe('and a store on its connection', () =>
      keepsLocksFromBeingTaken(() => open(dialect, { connection: 'shared' })));
  },
  ['sqlite'],
);

describe("an application's open transaction in the only connection of its database", () => {
  describe('by sql.js', () => keepsLocksFromBeingTaken(async () => withItems(await openSqlJs())));
  describe('by better-sqlite3', () =>
    keepsLocksFromBeingTaken(async () => withItems(await openInMemory())));
});

function isNoMatter(openHarness: OpenSql): void {
  const { harness, begin } = application(openHarness);

  it('that rolls back leaves a lease that was taken meanwhile standing', async () => {
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    const lease = await holder(harness().store, fresh());
    await transaction.rollbackTransaction();

    const { name, owner } = lease.request;
    expect(await harness().row(name)).toMatchObject({ owner, released_at: null });
    expect(await harness().database.query('SELECT * FROM item')).toEqual([]);
    expect(await new Contender(await harness().another(), name).refused()).toMatchObject({
      record: { fence: lease.fence },
    });
    expect(await lease.renew()).toMatchObject({ renewed: true });
    expect(await lease.release()).toBe('released');
  });

  it('that rolls back leaves a lease that was released meanwhile released', async () => {
    const lease = await holder(harness().store, fresh());
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    expect(await lease.renew()).toMatchObject({ renewed: true });
    expect(await lease.release()).toBe('released');
    await transaction.rollbackTransaction();
    await holder(harness().store, lease.request.name);
  });

  it('that has an old view of the table does not blind the store', async () => {
    const transaction = await begin('REPEATABLE READ');
    await transaction.query('SELECT * FROM marathon_lock');
    const lease = await holder(await harness().another(), fresh());
    expect(await new Contender(harness().store, lease.request.name).refused()).toMatchObject({
      record: { fence: lease.fence },
    });
  });
}

/** A grant would be part of the transaction, or would have to wait for its end. */
function keepsLocksFromBeingTaken(openHarness: OpenSql): void {
  const { harness, begin } = application(openHarness);
  const error = {
    name: 'OwnTransactionError',
    code: 'MARATHON_OWN_TRANSACTION',
    outcome: 'refused',
    retryable: true,
  };

  it('keeps a lock from being taken, by an error that says so, and nothing is granted', async () => {
    const contender = new Contender(harness().store, fresh());
    const { name } = contender.request;
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    await expect(contender.acquire()).rejects.toMatchObject(error);
    await transaction.rollbackTransaction();
    expect(await harness().row(name)).toBeUndefined();
    await contender.granted();
  });

  it('keeps a lock from being taken also if it was begun by hand', async () => {
    const contender = new Contender(harness().store, fresh());
    const { application: dataSource } = harness();
    await dataSource.query('BEGIN');
    await dataSource.query('INSERT INTO item VALUES (1)');
    const answer = await contender.acquire().catch((reason: unknown) => reason);
    await dataSource.query('ROLLBACK');
    expect(answer).toMatchObject(error);
    await contender.granted();
  });

  it('keeps nothing of what was tried in it, if it commits', async () => {
    const contender = new Contender(harness().store, fresh());
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    await expect(contender.acquire()).rejects.toMatchObject(error);
    await transaction.commitTransaction();
    expect(await harness().row(contender.request.name)).toBeUndefined();
    await harness().database.query('DELETE FROM item');
  });

  it('lets no renewal or release appear to have happened', async () => {
    const lease = await holder(harness().store, fresh());
    const before = await harness().row(lease.request.name);
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    await expect(lease.renew()).rejects.toMatchObject(error);
    await expect(lease.release()).rejects.toMatchObject(error);
    await transaction.rollbackTransaction();
    expect(await harness().row(lease.request.name)).toEqual(before);
    expect(await lease.renew()).toMatchObject({ renewed: true });
    expect(await lease.release()).toBe('released');
  });

  it('is waited for by a call of the application, while it lasts', async () => {
    const transaction = await begin();
    await transaction.query('INSERT INTO item VALUES (1)');
    let lease: Promise<Lease | null>;
    await new Promise<void>((failed) => {
      const notify = (method: string) => void (method === 'onStoreError' && failed());
      lease = lockService(harness().store, notify).acquire(fresh());
    });
    await transaction.rollbackTransaction();
    expect(await (await lease!)?.release()).toBe('released');
  });
}

/** A transaction of the application, which is over at the end of its test. */
function application(openHarness: OpenSql): {
  harness: () => SqlHarness;
  begin: (level?: IsolationLevel) => Promise<QueryRunner>;
} {
  const harness = opened(openHarness);
  let transaction: QueryRunner | undefined;
  afterEach(async () => {
    if (transaction?.isTransactionActive) await transaction.rollbackTransaction();
    await transaction?.release();
    transaction = undefined;
  });
  return {
    harness,
    begin: async (level) => {
      transaction = harness().application.createQueryRunner();
      await transaction.startTransaction(level);
      return transaction;
    },
  };
}

async function open(dialect: Dialect, setup?: SqlSetup): Promise<SqlHarness> {
  return withItems(await openSql(dialect, setup));
}

async function withItems(harness: SqlHarness): Promise<SqlHarness> {
  await harness.database.query('CREATE TABLE item (id INT)');
  return harness;
}
