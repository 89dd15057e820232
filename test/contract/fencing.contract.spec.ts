import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import type { Lease } from '../../lib/nest/lease.js';
import type { LockService } from '../../lib/nest/lock.service.js';
import { describeDatabases, type Dialect } from '../support/databases.js';
import { lockService } from './support/algorithm.js';
import { fresh } from './support/contender.js';
import { assertNoOwner } from './support/discreet-store.js';
import { openInMemory, openSqlJs } from './support/embedded-databases.js';
import { opened, type OpenSql, type SqlHarness } from './support/harness.js';
import { openSql } from './support/sql-harness.js';
import { WatchedLogger } from './support/watched-logger.js';

const LOST = { code: 'MARATHON_LEASE_LOST' };

describeDatabases('a fenced transaction', (dialect) => {
  fenced(dialect, (options) => openSql(dialect, { options }));
});

describe('a fenced transaction in a database that lives in the application', () => {
  describe('by sql.js', () => fenced('embedded', openSqlJs));
  describe('by better-sqlite3', () => fenced('embedded', openInMemory));
});

function fenced(
  dialect: Dialect | 'embedded',
  open: (options: Readonly<Record<string, unknown>>) => ReturnType<OpenSql>,
): void {
  const logger = new WatchedLogger();
  const harness = opened(() => withItems(open({ logger, logging: 'all' })));
  let locks: LockService;
  let lease: Lease;

  beforeEach(async () => {
    await harness().database.query('DELETE FROM item');
    locks = lockService(harness().store, undefined, harness().application);
    lease = (await locks.acquire(fresh()))!;
  });
  afterEach(() => lease.release());

  const write = (manager: EntityManager): Promise<unknown> =>
    manager.query('INSERT INTO item VALUES (1)');
  const written = async (): Promise<number> =>
    (await harness().database.query('SELECT * FROM item')).length;

  it('commits what its work wrote, and returns what it returned', async () => {
    const value = await lease.transaction(async (manager) => {
      await write(manager);
      return 'done';
    });
    expect(value).toBe('done');
    expect(await written()).toBe(1);
    expect(await lease.release()).toBe('released');
  });

  it('rolls back when its work throws, and passes that on', async () => {
    const failure = new Error('of the work');
    const call = lease.transaction(async (manager) => {
      await write(manager);
      throw failure;
    });
    await expect(call).rejects.toBe(failure);
    expect(await written()).toBe(0);
    expect(lease.signal.aborted).toBe(false);
    await lease.transaction(write);
    expect(await written()).toBe(1);
  });

  it('commits nothing after the lock was taken away by force', async () => {
    const { name, fence } = lease;
    await locks.forceRelease(name, { fence, reason: 'a test' });
    await expect(lease.transaction(write)).rejects.toMatchObject(LOST);
    expect(await written()).toBe(0);
    expect(lease.signal.reason).toMatchObject(LOST);
  });

  it('commits nothing after the lease has expired and another was granted', async () => {
    await harness().elapse(120_000);
    const next = await locks.acquire(lease.name);
    expect(next!.fence).toBeGreaterThan(lease.fence);
    await expect(lease.transaction(write)).rejects.toMatchObject(LOST);
    expect(await written()).toBe(0);
    await next!.transaction(write);
    expect(await written()).toBe(1);
  });

  it('commits after the lease has expired, as long as nobody else has taken it', async () => {
    await harness().elapse(120_000);
    await lease.transaction(write);
    expect(await written()).toBe(1);
  });

  it('is refused once the lease was released', async () => {
    await lease.release();
    await expect(lease.transaction(write)).rejects.toMatchObject(LOST);
    expect(await written()).toBe(0);
  });

  it('says so when its work has ended the transaction itself', async () => {
    const call = lease.transaction(async (manager) => {
      await write(manager);
      await manager.queryRunner!.rollbackTransaction();
    });
    await expect(call).rejects.toMatchObject({ code: 'MARATHON_FENCED_TRANSACTION' });
    expect(await written()).toBe(0);
  });

  it('can be had one after the other, and asked for at once', async () => {
    await lease.transaction(write);
    await Promise.all([lease.transaction(write), lease.transaction(write)]);
    expect(await written()).toBe(3);
  });

  it("tells no owner to the application's logger", async () => {
    await lease.transaction(write);
    await locks.forceRelease(lease.name, { fence: lease.fence, reason: 'a test' });
    const error = await lease.transaction(write).catch((reason: unknown) => reason);
    assertNoOwner(error);
    assertNoOwner(logger.told);
    if (dialect !== 'embedded') expect(logger.told.length).toBeGreaterThan(0);
  });

  if (dialect === 'sqlite' || dialect === 'embedded') onOneConnection();
  else onAServer();

  function onAServer(): void {
    it('runs at READ COMMITTED, whatever the application has set for itself', async () => {
      const level =
        dialect === 'postgres'
          ? `SELECT current_setting('transaction_isolation') AS level`
          : `SELECT trx_isolation_level AS level FROM information_schema.innodb_trx
             WHERE trx_mysql_thread_id = CONNECTION_ID()`;
      const rows = await lease.transaction(async (manager) => {
        await write(manager);
        return manager.query<{ level: string }[]>(level);
      });
      expect(rows[0]!.level).toMatch(/^read committed$/i);
    });

    it('lets the lease be renewed while its work takes its time', async () => {
      const short = (await locks.acquire(fresh(), 400))!;
      const until = short.expiresAt;
      await short.transaction(async (manager) => {
        await write(manager);
        await elapsed(short, until);
      });
      expect(short.signal.aborted).toBe(false);
      expect(await written()).toBe(1);
      await short.release();
    });

    it('is refused, and leaves nothing open, when it has an inner one that is not awaited', async () => {
      let inner: Promise<unknown> = Promise.resolve();
      const call = lease.transaction(async (manager) => {
        await write(manager);
        inner = manager
          .transaction(async (nested) => {
            await write(nested);
            await harness().reach((await harness().now()) + 200);
          })
          .catch(() => {});
        await harness().reach((await harness().now()) + 50);
      });
      await expect(call).rejects.toMatchObject({ code: 'MARATHON_FENCED_TRANSACTION' });
      // A row that is locked by what is left open could not be renewed.
      await lease.extend(90_000);
      await inner;
      expect(await written()).toBe(0);
    });

    it('leaves nothing open when one of several inner ones fails', async () => {
      const call = lease.transaction(async (manager) => {
        await write(manager);
        const nested = [20, 200].map((ms) =>
          manager.transaction(async () => {
            await harness().reach((await harness().now()) + ms);
            throw new Error('of an inner one');
          }),
        );
        await Promise.all(nested);
      });
      await expect(call).rejects.toBeInstanceOf(Error);
      await harness().reach((await harness().now()) + 300);
      await locks.forceRelease(lease.name, { fence: lease.fence, reason: 'a test' });
      await Promise.all([1, 2, 3].map(() => harness().application.transaction(async () => {})));
      expect(await written()).toBe(0);
    });

    it('commits nothing when the name was taken in the middle of its work', async () => {
      const call = lease.transaction(async (manager) => {
        await write(manager);
        await harness().elapse(120_000);
        expect(await locks.acquire(lease.name)).not.toBeNull();
      });
      await expect(call).rejects.toMatchObject(LOST);
      expect(await written()).toBe(0);
    });

    it('keeps the name from being granted between its check and its COMMIT', async () => {
      await harness().elapse(120_000);
      const { createQueryRunner } = harness().application;
      const order: string[] = [];
      // The last moment before the COMMIT, seen from the driver's side.
      harness().application.createQueryRunner = function (mode) {
        const runner = createQueryRunner.call(this, mode);
        const commit = runner.commitTransaction.bind(runner);
        runner.commitTransaction = async () => {
          const taken = locks.acquire(lease.name).then((next) => order.push(`took ${!!next}`));
          await harness().reach((await harness().now()) + 100);
          order.push('commit');
          await commit();
          await taken;
        };
        return runner;
      };
      await lease.transaction(write).finally(() => {
        harness().application.createQueryRunner = createQueryRunner;
      });
      expect(order).toEqual(['commit', 'took true']);
      expect(await written()).toBe(1);
    });
  }

  function onOneConnection(): void {
    it("waits for the end of the application's own transaction", async () => {
      const runner = harness().application.createQueryRunner();
      await runner.startTransaction();
      await runner.query('INSERT INTO item VALUES (2)');
      const call = lease.transaction(write);
      await harness().reach((await harness().now()) + 50);
      await runner.rollbackTransaction();
      await call;
      expect(await harness().database.query('SELECT * FROM item')).toEqual([{ id: 1 }]);
    });

    it('is not undone by a transaction that the application begins in the same turn', async () => {
      const call = lease.transaction(async (manager) => {
        await write(manager);
        await harness().reach((await harness().now()) + 50);
        await write(manager);
      });
      const other = harness().application.transaction(async (manager) => {
        await manager.query('INSERT INTO item VALUES (2)');
        await harness().reach((await harness().now()) + 20);
      });
      await Promise.all([call, other]);
      const rows = await harness().database.query<{ id: number }>('SELECT * FROM item');
      expect(rows.map(({ id }) => id).sort()).toEqual([1, 1, 2]);
    });

    it('is not undone by a transaction that the application begins meanwhile', async () => {
      let stranger: Promise<unknown> = Promise.resolve();
      const call = lease.transaction(async (manager) => {
        await write(manager);
        // It becomes a savepoint of ours, as TypeORM has one connection.
        stranger = harness()
          .application.transaction(async (other) => {
            await other.query('INSERT INTO item VALUES (2)');
            await harness().reach((await harness().now()) + 100);
            throw new Error('of the stranger');
          })
          .catch((error: Error) => error.message);
        await harness().reach((await harness().now()) + 20);
      });
      await call;
      expect(await stranger).toBe('of the stranger');
      expect(await harness().database.query('SELECT * FROM item')).toEqual([{ id: 1 }]);
    });
  }

  if (dialect === 'postgres') {
    it('refuses another isolation level, in which it could not see who has the name', async () => {
      const call = lease.transaction(async (manager) => {
        await manager.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await write(manager);
      });
      await expect(call).rejects.toMatchObject({ code: 'MARATHON_FENCED_TRANSACTION' });
      expect(await written()).toBe(0);
    });
  }

  if (dialect === 'sqlite') {
    it('waits for another process that writes, and does not block the event loop meanwhile', async () => {
      await harness().database.query('BEGIN IMMEDIATE');
      const call = lease.transaction(write);
      const startedAt = performance.now();
      await harness().reach((await harness().now()) + 50);
      expect(performance.now() - startedAt).toBeLessThan(1000);
      await harness().database.query('COMMIT');
      await call;
      expect(await written()).toBe(1);
    });
  }

  async function elapsed({ name }: Lease, until: Date): Promise<void> {
    await harness().reach(until.getTime() + 400);
    expect((await harness().row(name))!.locked_until).toBeGreaterThan(until.getTime());
  }
}

async function withItems(opening: Promise<SqlHarness>): Promise<SqlHarness> {
  const harness = await opening;
  await harness.database.query('CREATE TABLE item (id INT)');
  return harness;
}
