import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, type INestApplication } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  LockService,
  MarathonClosingError,
  MarathonModule,
  requireLease,
  SingleRunner,
  type Lease,
  type MarathonOptions,
} from 'nestjs-marathon';
import type { TestDatabase } from '../../support/databases/test-database.js';
import { sqlite } from './support/sqlite.js';
import { listen, start, startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

@Injectable()
class Jobs {
  readonly started = new Gate<Lease>();
  readonly finish = new Gate();
  others = 0;

  constructor(private readonly dataSource: DataSource) {}

  @Cron('7 7 3 * * *', { name: 'long' })
  @SingleRunner('long')
  async long(): Promise<string | undefined> {
    this.started.open(requireLease());
    await this.finish.opened;
    await this.dataSource.query('INSERT INTO result VALUES (1)');
    return 'ended';
  }

  @SingleRunner('other', { shared: true, oncePerTick: false })
  async other(): Promise<void> {
    this.others += 1;
  }

  @SingleRunner('other', { onSkip: 'throw', shared: true, oncePerTick: false })
  async otherOrThrow(): Promise<void> {
    this.others += 1;
  }
}

type Part = 'marathon' | 'typeorm' | 'schedule';

async function startJobs(
  database: TestDatabase,
  options: MarathonOptions = {},
  order: readonly Part[] = ['schedule', 'typeorm', 'marathon'],
): Promise<{ app: INestApplication; jobs: Jobs }> {
  await database.query('CREATE TABLE result (done integer)');
  const parts = {
    schedule: ScheduleModule.forRoot(),
    typeorm: TypeOrmModule.forRoot(database.options),
    marathon: MarathonModule.forRoot(options),
  };
  const app = await start({ imports: order.map((part) => parts[part]), providers: [Jobs] });
  return { app, jobs: app.get(Jobs) };
}

async function rowOf(database: TestDatabase): Promise<{ released: boolean; held: boolean }> {
  const [row] = await database.query<{ released_at: number | null; locked_until: number }>(
    "SELECT released_at, locked_until FROM marathon_lock WHERE lock_key = 'long'",
  );
  return { released: row!.released_at !== null, held: row!.locked_until > Date.now() };
}

async function aborted({ signal }: Lease): Promise<unknown> {
  if (!signal.aborted) await once(signal, 'abort');
  return signal.reason;
}

describe.each<[Part, Part, Part]>([
  ['marathon', 'typeorm', 'schedule'],
  ['marathon', 'schedule', 'typeorm'],
  ['typeorm', 'marathon', 'schedule'],
  ['typeorm', 'schedule', 'marathon'],
  ['schedule', 'marathon', 'typeorm'],
  ['schedule', 'typeorm', 'marathon'],
])('closing an application that imports %s, %s, %s', (...order) => {
  it('aborts a running body, waits for it while it uses the database, and releases', async () => {
    const database = await sqlite();
    const { app, jobs } = await startJobs(database, {}, order);
    const registry = app.get(SchedulerRegistry);
    void registry.getCronJob('long').fireOnTick();
    const lease = await jobs.started.opened;

    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    expect(await aborted(lease)).toBeInstanceOf(MarathonClosingError);
    expect(await rowOf(database)).toEqual({ released: false, held: true });
    expect(isClosed).toBe(false);

    jobs.finish.open();
    await closed;
    expect(await database.query('SELECT done FROM result')).toEqual([{ done: 1 }]);
    expect(await rowOf(database)).toEqual({ released: true, held: false });
    expect(registry.getCronJobs().size).toBe(0);
    expect(app.get(DataSource).isInitialized).toBe(false);
  });
});

describe('while an application closes', () => {
  it('nothing new is started', async () => {
    const { app, jobs } = await startJobs(await sqlite());
    const locks = app.get(LockService);
    const running = jobs.long();
    const lease = await jobs.started.opened;
    const closed = app.close();
    await aborted(lease);

    expect(await jobs.other()).toBeUndefined();
    await expect(jobs.otherOrThrow()).rejects.toMatchObject({ reason: 'closing' });
    expect(await locks.run('other', () => (jobs.others += 1))).toEqual({
      outcome: 'skipped',
      reason: 'closing',
    });
    await expect(locks.acquire('other')).rejects.toThrow(MarathonClosingError);
    expect(jobs.others).toBe(0);

    jobs.finish.open();
    expect(await running).toBe('ended');
    await closed;
    expect(await jobs.other()).toBeUndefined();
    expect(jobs.others).toBe(0);
  });

  it('nothing is started by the application’s own hooks, once all modules are being destroyed', async () => {
    let runs = 0;
    @Injectable()
    class Hooked {
      @SingleRunner('hooked')
      async run(): Promise<void> {
        runs += 1;
      }

      async beforeApplicationShutdown(): Promise<void> {
        await this.run();
      }
    }
    const app = await startInMemory({ providers: [Hooked] });
    await app.get(Hooked).run();
    await app.close();
    expect(runs).toBe(1);
  });

  it('a running body may still call what joins its own lease', async () => {
    const app = await startInMemory({}, { shutdownTimeout: '10s' });
    const started = new Gate<Lease>();
    const running = app.get(LockService).run('job', async (lease) => {
      started.open(lease);
      await aborted(lease);
      return app.get(LockService).run('job', () => 'joined');
    });
    await started.opened;
    await app.close();
    expect(await running).toMatchObject({ value: { outcome: 'completed', value: 'joined' } });
  });

  it('a lease that was acquired by hand is waited for, too', async () => {
    const database = await sqlite();
    const { app } = await startJobs(database);
    const lease = await app.get(LockService).acquire('long');
    const closed = app.close();
    expect(await aborted(lease!)).toBeInstanceOf(MarathonClosingError);
    expect(await rowOf(database)).toEqual({ released: false, held: true });
    expect(await lease!.release()).toBe('released');
    await closed;
    expect(await rowOf(database)).toEqual({ released: true, held: false });
  });

  it('a request that is being served is answered', async () => {
    const [started, finish] = [new Gate<Lease>(), new Gate()];
    @Controller('reports')
    class Reports {
      @Get()
      @SingleRunner('report')
      async read(): Promise<string | undefined> {
        started.open(requireLease());
        await finish.opened;
        return 'read';
      }
    }
    const app = await startInMemory({ controllers: [Reports] }, { shutdownTimeout: '10s' });
    const response = fetch(`${await listen(app)}/reports`);
    const lease = await started.opened;
    const closed = app.close();
    await aborted(lease);
    finish.open();
    expect(await (await response).text()).toBe('read');
    await closed;
  });
});

describe('a body that goes on for longer than shutdownTimeout', () => {
  it('is not waited for, and keeps its lease until that expires', async () => {
    const database = await sqlite();
    const { app, jobs } = await startJobs(database, { shutdownTimeout: 20 });
    const running = jobs.long().catch((error: unknown) => error);
    const lease = await jobs.started.opened;
    await app.close();
    expect(lease.signal.reason).toBeInstanceOf(MarathonClosingError);
    expect(await rowOf(database)).toEqual({ released: false, held: true });

    jobs.finish.open();
    // The application's data source is closed by now: that is what the body meets, as it is.
    expect(await running).toMatchObject({
      message: expect.stringMatching(/not (open|connected)/i),
    });
    expect(await rowOf(database)).toEqual({ released: false, held: true });
  });

  it('reaches its caller with its value all the same', async () => {
    const database = await sqlite();
    const { app } = await startJobs(database, { shutdownTimeout: 0 });
    const [started, finish] = [new Gate(), new Gate()];
    const running = app.get(LockService).run('long', async () => {
      started.open();
      await finish.opened;
      return 'ended';
    });
    await started.opened;
    await app.close();
    finish.open();
    expect(await running).toMatchObject({ outcome: 'completed', value: 'ended' });
    expect(await rowOf(database)).toEqual({ released: false, held: true });
  });
});

it('closing an idle application does not wait for shutdownTimeout, and may be repeated', async () => {
  const { app, jobs } = await startJobs(await sqlite(), { shutdownTimeout: '24d' });
  await jobs.other();
  await app.close();
  await app.close();
  expect(app.get(DataSource).isInitialized).toBe(false);
});
