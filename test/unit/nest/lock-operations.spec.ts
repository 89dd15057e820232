import { once } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  FenceMovedError,
  InvalidLockNameError,
  InvalidOptionError,
  LeaseLostError,
  LockService,
  LockStoreError,
  MarathonModule,
} from 'nestjs-marathon';
import type { TestDatabase } from '../../support/databases/test-database.js';
import { start } from './support/applications.js';
import { MemoryLog } from './support/memory-log.js';
import { sqlite } from './support/sqlite.js';

const REASON = 'its host is gone';

let database: TestDatabase;
let app: INestApplication;
let log: MemoryLog;
let holder: LockService;
let operator: LockService;

/** Two instances of an application on one database: one holds, the other looks. */
beforeEach(async () => {
  database = await sqlite();
  log = new MemoryLog();
  const marathon = (instance: string) => MarathonModule.forRoot({ instance, shutdownTimeout: 0 });
  const imports = (instance: string) => [
    TypeOrmModule.forRoot(database.options),
    marathon(instance),
  ];
  holder = (await start({ imports: imports('api-1') })).get(LockService);
  app = await start({ imports: imports('api-2') }, log);
  operator = app.get(LockService);
});

describe('inspect()', () => {
  it('tells who holds a name and until when, and takes nothing', async () => {
    const lease = await holder.acquire('report', '5m');
    expect(await operator.inspect('report')).toEqual({
      name: 'report',
      state: 'held',
      instance: 'api-1',
      fence: lease!.fence,
      acquiredAt: lease!.acquiredAt,
      expiresAt: lease!.expiresAt,
      releasedAt: undefined,
      lastTick: undefined,
    });
    expect(await lease!.release()).toBe('released');
  });

  it('tells a name that was given back from one that is still kept, and from one that expired', async () => {
    await holder.run('given-back', () => {});
    await holder.run('kept', { ttl: '5m', holdAtLeast: '4m' }, () => {});
    await holder.acquire('expired', '5m');
    await database.query('UPDATE marathon_lock SET locked_until = 1 WHERE name = ?', ['expired']);
    const states = await Promise.all(
      ['given-back', 'kept', 'expired'].map((name) => operator.inspect(name)),
    );
    expect(states.map((lock) => lock?.state)).toEqual(['released', 'hold-at-least', 'expired']);
  });

  it('knows nothing of a name that was never taken', async () => {
    expect(await operator.inspect('never')).toBeNull();
  });

  it('rejects a name that cannot be locked', async () => {
    await expect(operator.inspect('')).rejects.toThrow(InvalidLockNameError);
  });
});

describe('list()', () => {
  it('shows every name, a page at a time', async () => {
    for (const name of ['c', 'a', 'b']) await holder.run(name, () => {});
    const first = await operator.list({ limit: 2 });
    const second = await operator.list({ limit: 2, after: first.at(-1)!.name });
    expect([...first, ...second].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect((await operator.list()).length).toBe(3);
  });

  it.each([0, 1001, 1.5, Number.NaN])('rejects a limit of %p', async (limit) => {
    await expect(operator.list({ limit })).rejects.toThrow(InvalidOptionError);
  });
});

describe('forceRelease()', () => {
  it('lets the next caller in at once, and says so in the log', async () => {
    const lease = (await holder.acquire('report', '5m'))!;
    await operator.forceRelease('report', { fence: lease.fence, reason: REASON });
    const next = await operator.acquire('report');
    expect(next!.fence).toBeGreaterThan(lease.fence + 1);
    const told = log.texts('warn').filter((text) => text.includes('by force'));
    expect(told).toEqual([
      `"report" was taken from "api-1" by force (fence ${lease.fence}): "${REASON}"`,
    ]);
  });

  it('is learnt by the old holder at its next renewal: its signal is aborted', async () => {
    const lease = (await holder.acquire('report', 600))!;
    await operator.forceRelease('report', { fence: lease.fence, reason: REASON });
    await once(lease.signal, 'abort');
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(await lease.release()).toBe('lost');
  });

  it('makes its fenced transaction fail, before it has learnt of it', async () => {
    const lease = (await holder.acquire('report', '5m'))!;
    await operator.forceRelease('report', { fence: lease.fence, reason: REASON });
    expect(lease.signal.aborted).toBe(false);
    await expect(lease.transaction(async () => {})).rejects.toThrow(LeaseLostError);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is refused by a named error once the fence has moved on, and changes nothing', async () => {
    const old = (await holder.acquire('report', '5m'))!;
    await old.release();
    const lease = (await holder.acquire('report', '5m'))!;
    const call = operator.forceRelease('report', { fence: old.fence, reason: REASON });
    const error = await call.catch((reason: unknown) => reason as FenceMovedError);
    expect(error).toBeInstanceOf(FenceMovedError);
    expect(error).toMatchObject({ fence: lease.fence });
    expect(await lease.release()).toBe('released');
  });

  it('is refused for a name that was never taken', async () => {
    await expect(operator.forceRelease('never', { fence: 1, reason: REASON })).rejects.toThrow(
      FenceMovedError,
    );
  });

  it.each([
    ['no fence', { reason: REASON }, /fence to force-release is undefined.*inspect/],
    ['a fence that is no number', { fence: '1', reason: REASON }, /force-release is 1/],
    ['no reason', { fence: 1 }, /for a reason/],
    ['an empty reason', { fence: 1, reason: ' ' }, /for a reason/],
  ])('rejects %s', async (_what, options, message) => {
    const call = operator.forceRelease('report', options as { fence: number; reason: string });
    await expect(call).rejects.toThrow(InvalidOptionError);
    await expect(call).rejects.toThrow(message);
  });
});

it('rejects by LockStoreError when the database fails', async () => {
  await database.query('ALTER TABLE marathon_lock RENAME TO away');
  for (const call of [
    operator.inspect('report'),
    operator.list(),
    operator.forceRelease('report', { fence: 1, reason: REASON }),
  ]) {
    await expect(call).rejects.toBeInstanceOf(LockStoreError);
  }
  await database.query('ALTER TABLE away RENAME TO marathon_lock');
});
