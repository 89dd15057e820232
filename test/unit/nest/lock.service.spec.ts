import { beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplication } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  InvalidLockNameError,
  InvalidOptionError,
  LockService,
  LockStoreError,
  MarathonModule,
  requireLease,
  SingleRunner,
  type LockOptions,
} from 'nestjs-marathon';
import type { TestDatabase } from '../../support/databases/test-database.js';
import { recording, sqlite } from './support/sqlite.js';
import { start } from './support/applications.js';

let runs: number;

@Injectable()
class Jobs {
  @SingleRunner('job')
  async run(): Promise<void> {
    runs += 1;
  }

  @SingleRunner('lenient', { onStoreError: 'skip' })
  async runLeniently(): Promise<string | undefined> {
    runs += 1;
    return 'ran';
  }
}

let database: TestDatabase;
let statements: readonly string[];
let app: INestApplication;
let locks: LockService;

beforeEach(async () => {
  runs = 0;
  database = await sqlite();
  const recorded = recording(database.options);
  statements = recorded.statements;
  const marathon = MarathonModule.forRoot({ instance: 'api-1' });
  const imports = [TypeOrmModule.forRoot(recorded.options), marathon];
  app = await start({ imports, providers: [Jobs] });
  locks = app.get(LockService);
});

describe('acquire()', () => {
  it('holds the name until it is released, and tells a second caller null', async () => {
    const lease = await locks.acquire('report', '5m');
    expect(lease).toMatchObject({ name: 'report' });
    expect(await locks.acquire('report')).toBeNull();
    expect(await lease!.release()).toBe('released');
    expect(await lease!.release()).toBe('released');
    await using again = await locks.acquire('report');
    expect(again!.fence).toBeGreaterThan(lease!.fence);
  });

  it('releases at the end of a block that says await using', async () => {
    {
      await using lease = await locks.acquire('report');
      expect(lease).not.toBeNull();
      expect(await locks.acquire('report')).toBeNull();
    }
    await using next = await locks.acquire('report');
    expect(next).not.toBeNull();
  });
});

describe('run()', () => {
  it('runs its task under the lease that it hands to it', async () => {
    const result = await locks.run('report', { ttl: '5m' }, async (lease) => {
      expect(requireLease()).toBe(lease);
      expect(lease.expiresAt.getTime() - lease.acquiredAt.getTime()).toBe(300_000);
      return lease.fence;
    });
    if (result.outcome !== 'completed') throw new Error(result.reason);
    expect(result).toEqual({
      outcome: 'completed',
      value: result.fence,
      fence: result.fence,
      lost: false,
    });
  });

  it('tells why a task did not run, and who has the name', async () => {
    await using lease = await locks.acquire('report');
    const { fence, acquiredAt, expiresAt } = lease!;
    expect(await locks.run('report', () => (runs += 1))).toEqual({
      outcome: 'skipped',
      reason: 'held',
      holder: { instance: 'api-1', fence, acquiredAt, expiresAt },
    });
    expect(runs).toBe(0);
  });

  it('throws what its task throws, and has given the name back then', async () => {
    const thrown = { any: 'value' };
    await expect(locks.run('report', () => Promise.reject(thrown))).rejects.toBe(thrown);
    await using lease = await locks.acquire('report');
    expect(lease).not.toBeNull();
  });
});

describe('bad input is refused before any statement is sent', () => {
  async function expectRefusal(
    error: typeof InvalidLockNameError | typeof InvalidOptionError,
    name: string,
    options?: LockOptions | number | string,
  ): Promise<void> {
    const before = statements.length;
    await expect(locks.acquire(name, options)).rejects.toThrow(error);
    await expect(locks.run(name, options, () => (runs += 1))).rejects.toThrow(error);
    expect(statements.slice(before)).toEqual([]);
    expect(runs).toBe(0);
  }

  it.each<[string, unknown]>([
    ['empty', ''],
    ['undefined', undefined],
    ['a number', 5],
    ['over 255 characters', 'x'.repeat(256)],
    ['with a NUL', 'a\0b'],
    ['with half of a surrogate pair', 'a\ud83c'],
  ])('a name that is %s', async (_what, name) => {
    await expectRefusal(InvalidLockNameError, name as string);
  });

  it.each<number | string>([0, -1, NaN, Infinity, 1500.5, 99, '25d', 'soon', ''])(
    'a ttl of %p',
    async (ttl) => {
      await expectRefusal(InvalidOptionError, 'report', ttl);
      await expectRefusal(InvalidOptionError, 'report', { ttl });
    },
  );

  it.each<LockOptions>([
    { holdAtLeast: '61s' },
    { holdAtLeast: '2s', ttl: '1s' },
    { holdAtLeast: -1 },
    { holdAtLeast: 'a while' },
  ])('options such as %p', async (options) => {
    await expectRefusal(InvalidOptionError, 'report', options);
  });
});

describe('a database that fails', () => {
  it('never means that a body runs, and its error quotes no statement', async () => {
    await database.query('DROP TABLE marathon_lock');
    for (const call of [
      () => locks.acquire('report'),
      () => locks.run('report', () => (runs += 1)),
      () => app.get(Jobs).run(),
    ]) {
      const error: unknown = await call().catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(LockStoreError);
      expect(error).toMatchObject({
        code: 'MARATHON_TABLE_MISSING',
        cause: { code: 'SQLITE_ERROR' },
      });
      const { cause } = error as LockStoreError;
      expect(Object.keys(cause as object)).toEqual(['code']);
      expect((cause as Error).message).toBe('no such table: marathon_lock');
    }
    expect(runs).toBe(0);
  });

  it("means a skip with onStoreError: 'skip', and no more than that", async () => {
    await database.query('DROP TABLE marathon_lock');
    expect(await app.get(Jobs).runLeniently()).toBeUndefined();
    const options = { onStoreError: 'skip' } as const;
    expect(await locks.run('report', options, () => (runs += 1))).toMatchObject({
      outcome: 'skipped',
      reason: 'store-error',
    });
    expect(runs).toBe(0);
  });
});
