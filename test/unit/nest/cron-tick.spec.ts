import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule, SchedulerRegistry, Timeout } from '@nestjs/schedule';
import { CronJob, CronTime } from 'cron';
import {
  type CronRegistry,
  currentTick,
  type Tick,
  watchCronFires,
} from '../../../lib/nest/cron-tick.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const at = (iso: string): number => Date.parse(iso);
const iso = (instantAt: number): string => new Date(instantAt).toISOString();

/** A job that is not started, with the ticks that its fires saw. */
function watchedJob(expression: string, zone = 'UTC') {
  const seen: (Tick | undefined)[] = [];
  const job = new CronJob(expression, () => void seen.push(currentTick()), null, false, zone);
  const registry = new SchedulerRegistry();
  watchCronFires(registry);
  registry.addCronJob('job', job);
  return { job, registry, seen };
}

describe('the tick of a fire', () => {
  beforeEach(() => void jest.useFakeTimers({ now: at('2026-06-01T00:00:00.005Z') }));
  afterEach(() => void jest.useRealTimers());

  it('is there in the synchronous part, as often as it is asked, and nowhere else', async () => {
    const ticks: unknown[] = [];
    const { registry } = watchedJob('* * * * *');
    const job = new CronJob('*/5 * * * *', async () => {
      ticks.push(currentTick(), currentTick());
      await Promise.resolve();
      ticks.push(currentTick());
    });
    registry.addCronJob('asynchronous', job);
    const fired = job.fireOnTick();
    expect(currentTick()).toBeUndefined();
    await fired;
    const tick = { at: at('2026-06-01T00:00:00Z'), periodMs: 5 * MINUTE_MS };
    await Promise.resolve();
    expect(ticks).toEqual([tick, tick, undefined]);
  });

  it('is that of the moment of the fire, though the body works before it asks', async () => {
    const { job, seen } = watchedJob('* * * * * *');
    job.addCallback(() => jest.setSystemTime(at('2026-06-01T00:00:07Z')));
    job.addCallback(() => void seen.push(currentTick()));
    await job.fireOnTick();
    expect(seen.map((tick) => iso(tick!.at))).toEqual(Array(2).fill('2026-06-01T00:00:00.000Z'));
  });

  it('ends with a body that throws', () => {
    const registry = plainRegistry();
    watchCronFires(registry);
    const job = {
      cronTime: new CronTime('* * * * *'),
      fireOnTick: () => {
        throw new Error('broken');
      },
    };
    registry.addCronJob('job', job);
    expect(() => job.fireOnTick()).toThrow('broken');
    expect(currentTick()).toBeUndefined();
  });

  it('is known in a registry that leaves the job as it is, and for jobs that it already has', async () => {
    const seen: (Tick | undefined)[] = [];
    const job = new CronJob('0 * * * *', () => void seen.push(currentTick()));
    const registry = plainRegistry();
    registry.addCronJob('earlier', job);
    watchCronFires(registry);
    await job.fireOnTick();
    expect(seen).toEqual([{ at: at('2026-06-01T00:00:00Z'), periodMs: HOUR_MS }]);
  });

  it('is the same under two watchers, and the second wraps nothing', async () => {
    const { job, registry, seen } = watchedJob('* * * * *');
    const { addCronJob } = registry;
    const { fireOnTick } = job;
    watchCronFires(registry);
    expect(registry.addCronJob).toBe(addCronJob);
    expect(job.fireOnTick).toBe(fireOnTick);
    await job.fireOnTick();
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeDefined();
  });

  it('marks no job that the registry refuses', () => {
    const { registry } = watchedJob('* * * * *');
    const job = new CronJob('* * * * *', () => undefined);
    const { fireOnTick } = job;
    expect(() => registry.addCronJob('job', job)).toThrow('already exists');
    expect(job.fireOnTick).toBe(fireOnTick);
  });

  it('is each job its own when one fires inside another, in two applications too', async () => {
    const inner = watchedJob('0 0 1 * *');
    const outer = watchedJob('*/5 * * * *');
    outer.job.addCallback(() => void inner.job.fireOnTick());
    outer.job.addCallback(() => void outer.seen.push(currentTick()));
    jest.setSystemTime(at('2026-06-09T10:07:00Z'));
    await outer.job.fireOnTick();
    expect(inner.seen.map((tick) => iso(tick!.at))).toEqual(['2026-06-01T00:00:00.000Z']);
    expect(outer.seen.map((tick) => iso(tick!.at))).toEqual(
      Array(2).fill('2026-06-09T10:05:00.000Z'),
    );
  });

  it('follows setTime, and a job that is deleted and added again', async () => {
    const { job, registry, seen } = watchedJob('*/5 * * * *');
    jest.setSystemTime(at('2026-06-01T10:07:00Z'));
    await job.fireOnTick();
    job.setTime(new CronTime('0 3 * * *', 'Asia/Kolkata'));
    registry.deleteCronJob('job');
    registry.addCronJob('job', job);
    await job.fireOnTick();
    expect(seen).toEqual([
      { at: at('2026-06-01T10:05:00Z'), periodMs: 5 * MINUTE_MS },
      { at: at('2026-05-31T21:30:00Z'), periodMs: DAY_MS },
    ]);
  });

  it('is the date itself for a job that has only one', async () => {
    const { registry, seen } = watchedJob('* * * * *');
    const dueAt = Date.now() + 1234;
    registry.addCronJob(
      'once',
      new CronJob(new Date(dueAt), () => void seen.push(currentTick()), null, true),
    );
    await jest.advanceTimersByTimeAsync(5 * SECOND_MS);
    expect(seen).toEqual([{ at: dueAt, periodMs: Infinity }]);
  });

  it('costs nothing where nobody asks', async () => {
    const { registry } = watchedJob('* * * * *');
    const job = new CronJob('* * * * *', () => undefined);
    registry.addCronJob('unguarded', job);
    const asked = jest.spyOn(job.cronTime, 'getNextDateFrom');
    await job.fireOnTick();
    jest.advanceTimersByTime(SECOND_MS);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('in an application', () => {
  it('a cron has consecutive ticks, and what is called otherwise has none', async () => {
    const fires: { tick: Tick | undefined; firedAt: number }[] = [];
    const others: Record<string, Tick | undefined> = {};
    let enough = (): void => undefined;
    const firedEnough = new Promise<void>((resolve) => (enough = resolve));

    // Passed on to `cron`, though the options' type does not have it.
    const onInit = { name: 'on init', runOnInit: true };

    @Injectable()
    class Jobs {
      @Cron('* * * * * *', { name: 'each second' })
      eachSecond(): void {
        // The last one does not ask, so nothing is left to be computed after the test.
        if (fires.length === 3) return enough();
        fires.push({ tick: currentTick(), firedAt: Date.now() });
      }

      @Cron('0 0 1 1 *', onInit)
      onInit(): void {
        others['runOnInit'] = currentTick();
      }

      @Timeout(1)
      onTimeout(): void {
        others['timeout'] = currentTick();
      }
    }

    @Injectable()
    class Watcher {
      constructor(registry: SchedulerRegistry) {
        watchCronFires(registry);
      }
    }

    @Module({ imports: [ScheduleModule.forRoot()], providers: [Jobs, Watcher] })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    try {
      await firedEnough;
      const ticks = fires.splice(0);
      app.get(Jobs).eachSecond();
      expect(fires[0]!.tick).toBeUndefined();
      expect(others).toEqual({ runOnInit: undefined, timeout: undefined });
      expect(ticks.map(({ tick }) => tick)).toEqual(
        ticks.map(({ firedAt }) => ({
          at: Math.floor(firedAt / SECOND_MS) * SECOND_MS,
          periodMs: SECOND_MS,
        })),
      );
      expect(new Set(ticks.map(({ tick }) => tick!.at)).size).toBe(3);
    } finally {
      await app.close();
    }
  });
});

/** As a registry could be: it does not wrap the jobs. */
function plainRegistry(): CronRegistry {
  const jobs = new Map<string, Parameters<CronRegistry['addCronJob']>[1]>();
  return { addCronJob: (name, job) => void jobs.set(name, job), getCronJobs: () => jobs };
}
