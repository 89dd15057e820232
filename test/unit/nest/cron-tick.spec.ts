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
import { CronTickError, type CronSchedule, tickOf } from '../../../lib/nest/tick-label.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const at = (iso: string): number => Date.parse(iso);
const iso = (instantAt: number): string => new Date(instantAt).toISOString();

/** A zone's name, or minutes of offset. */
type Zone = string | number;

const scheduleOf = (expression: string, zone: Zone): CronTime =>
  typeof zone === 'string'
    ? new CronTime(expression, zone)
    : new CronTime(expression, undefined, zone);

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
    job.addCallback(() => void jest.setSystemTime(at('2026-06-01T00:00:07Z')));
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
});

/** As a registry could be: it does not wrap the jobs. */
function plainRegistry(): CronRegistry {
  const jobs = new Map<string, Parameters<CronRegistry['addCronJob']>[1]>();
  return { addCronJob: (name, job) => void jobs.set(name, job), getCronJobs: () => jobs };
}

describe('the label', () => {
  beforeEach(() => void jest.useFakeTimers({ now: at('2026-06-01T00:00:00.005Z') }));
  afterEach(() => void jest.useRealTimers());

  const londonBack = '2026-10-25T01:00:00Z';
  const londonForth = '2026-03-29T01:00:00Z';
  const nights: [Zone, string][] = [
    ['Europe/London', londonBack],
    ['Europe/London', londonForth],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Australia/Sydney', '2026-04-04T16:00:00Z'],
    ['Australia/Sydney', '2026-10-03T16:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
    ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Asia/Kolkata', '2026-06-01T18:30:00Z'],
    ['Pacific/Kiritimati', '2026-01-01T10:00:00Z'],
    [-570, '2026-06-01T12:00:00Z'],
    [345, '2027-01-01T00:00:00Z'],
  ];
  const expressions = [
    '0 * * * * *',
    '0 */7 * * * *',
    '0 0 * * * *',
    '0 30 0 * * *',
    '0 30 1 * * *',
    '0 0 2 * * *',
    '0 30 2 * * *',
    '0 0 3 * * *',
    '0 15,45 1-3 * * *',
    '0 20 */5 1,25 * 0,6',
  ];

  it.each(nights)('is the latest time that the wall has shown: %s around %s', (zone, middle) => {
    const random = seededRandom();
    const minutes = wallMinutes(zone, at(middle));
    for (const expression of expressions) {
      const matches = matcherOf(expression);
      const timesAt = minutes
        .filter(({ walls }) => walls.some(matches))
        .map(({ minuteAt }) => minuteAt);
      const shared = scheduleOf(expression, zone);
      for (let question = 0; question < 4; question++) {
        // Half of the questions near the middle, some to the millisecond around a time.
        const reachMs = question % 2 ? 30 * HOUR_MS : 2 * HOUR_MS;
        let nowAt = at(middle) + Math.round((random() - 0.5) * 2 * reachMs);
        if (question % 3 === 0) {
          nowAt = timesAt.findLast((timeAt) => timeAt <= nowAt)! + (question % 4) - 1;
        }
        const expected = timesAt.findLast((timeAt) => timeAt <= nowAt)!;
        jest.setSystemTime(nowAt);
        const told = [tickOf(scheduleOf(expression, zone), nowAt)];
        // The answer of a schedule that has a cache, at another time than the one it is about.
        jest.setSystemTime(at(middle) + Math.round((random() - 0.5) * 4 * HOUR_MS));
        told.push(tickOf(shared, nowAt));
        if (question % 5) jest.advanceTimersByTime(50);
        told.push(tickOf(shared, nowAt));
        const where = `${expression} at ${iso(nowAt)}: `;
        expect(told.map((tick) => where + iso(tick.at))).toEqual(
          Array(3).fill(where + iso(expected)),
        );
        expect(new Set(told.map((tick) => tick.periodMs)).size).toBe(1);
      }
    }
  });

  // What a running cron does in such a night, and for which ticks the method then runs.
  it.each([
    ['0 2 * * *', 'Europe/London', londonBack, ['+1h', '+25h']],
    ['30 1 * * *', 'Europe/London', londonBack, ['-30m', '+24h30m']],
    [
      '*/30 1 * * *',
      'Europe/London',
      londonBack,
      ['-1h', '-30m', '+0m', '+30m', '+24h', '+24h30m'],
    ],
    ['30 1 * * *', 'Europe/London', londonForth, ['+0m', '+23h30m']],
    ['30 2 * * *', 'Australia/Sydney', '2026-10-03T16:00:00Z', ['+0m', '+23h30m']],
    ['30 2 * * *', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z', ['+1h', '+25h']],
    ['0 3 * * *', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z', ['+30m', '+24h30m']],
    ['30 12 * * *', 'Asia/Kolkata', '2026-06-01T18:30:00Z', ['-11h30m', '+12h30m']],
  ])('lets each scheduled time run once: %s in %s around %s', async (...night) => {
    const [expression, zone, middle, expected] = night;
    jest.setSystemTime(at(middle) - 23 * HOUR_MS);
    const { job, seen } = watchedJob(expression, zone);
    const before = tickOf(job.cronTime, Date.now()).at;
    job.start();
    await jest.advanceTimersByTimeAsync(23 * HOUR_MS + 26 * HOUR_MS);
    void job.stop();
    const ran = new Set(seen.map((tick) => tick!.at));
    ran.delete(before);
    expect([...ran].map((tickAt) => sinceText(tickAt - at(middle)))).toEqual(expected);
  });

  it('does not depend on when it is asked, where the wall shows an hour twice', () => {
    for (const nowAt of ['2026-10-25T00:10:30Z', '2026-10-25T01:10:30Z']) {
      const told = ['2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'].map((askedAt) => {
        jest.setSystemTime(at(askedAt));
        return tickOf(scheduleOf('* * * * *', 'Europe/London'), at(nowAt)).at;
      });
      expect(told).toEqual(Array(2).fill(at(nowAt) - 30 * SECOND_MS));
    }
  });

  it.each([
    ['0 0 1 1 *', '2026-12-31T23:59:59Z', '2026-01-01T00:00:00Z', 365 * DAY_MS],
    ['0 0 29 2 *', '2027-03-01T00:00:00Z', '2024-02-29T00:00:00Z', (4 * 365 + 1) * DAY_MS],
    ['* * 3 * * *', '2026-06-01T05:00:00Z', '2026-06-01T03:59:59Z', 23 * HOUR_MS + SECOND_MS],
    ['* * 3 * * *', '2026-06-01T03:20:00.9Z', '2026-06-01T03:20:00Z', SECOND_MS],
    ['*/7 * * * * *', '2026-06-01T00:00:59.999Z', '2026-06-01T00:00:56Z', 4 * SECOND_MS],
    ['*/7 * * * * *', '2026-06-01T00:00:55.999Z', '2026-06-01T00:00:49Z', 7 * SECOND_MS],
  ])('of %s at %s is %s', (expression, nowAt, label, periodMs) => {
    const tick = tickOf(scheduleOf(expression, 'UTC'), at(nowAt));
    expect(tick).toEqual({ at: at(label), periodMs });
  });

  it('knows a yearly time in the second pass of a repeated hour', () => {
    // The 31st of October of the year before was no such day, so its 01:30 has the same offset.
    const schedule = scheduleOf('30 1 31 10 *', 'Europe/London');
    const tick = tickOf(schedule, at('2027-10-31T01:10:00Z'));
    expect(iso(tick.at)).toBe('2027-10-31T00:30:00.000Z');
  });

  it('is looked up before the fire that needs it, and costs one question then', () => {
    const schedule = scheduleOf('* * * * * *', 'Europe/London');
    tickOf(schedule, Date.now());
    jest.advanceTimersByTime(100);
    const asked = jest.spyOn(schedule, 'getNextDateFrom');
    for (let fire = 0; fire < 5; fire++) {
      jest.advanceTimersByTime(900);
      tickOf(schedule, Date.now());
      tickOf(schedule, Date.now());
      expect(asked).toHaveBeenCalledTimes(fire);
      jest.advanceTimersByTime(100);
    }
    expect(asked).toHaveBeenCalledTimes(5);
  });

  it.each([
    ['a fire', '*/5 * * * *', '2026-06-01T00:05:00.003Z', 3],
    ['a suspend of a day', '* * * * * *', '2026-06-02T00:00:00Z', 3],
    ['a clock set back', '* * * * * *', '2026-05-01T00:00:00Z', 3],
    ['a burst that is over', '* * 3 * * *', '2026-06-01T05:00:00Z', 25],
    ['a year', '0 0 1 1 *', '2026-12-31T23:59:59Z', 20],
  ])('is found by few questions after %s', (_, expression, nowAt, most) => {
    const schedule = scheduleOf(expression, 'Europe/London');
    tickOf(schedule, Date.now());
    const asked = jest.spyOn(schedule, 'getNextDateFrom');
    tickOf(schedule, at(nowAt));
    expect(asked.mock.calls.length).toBeLessThanOrEqual(most);
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

  it('that cannot be told is an error and never the absence of a tick', () => {
    const broken = (nextAt: () => number): CronSchedule => ({
      source: '0 0 31 2 *',
      utcOffset: 0,
      getNextDateFrom: () => ({ toMillis: nextAt, setZone: () => ({ zone: { offset: () => 0 } }) }),
    });
    const standing = broken(() => 0);
    const failing = broken(() => {
      throw new Error('no date in eight years');
    });
    for (const schedule of [standing, failing]) {
      expect(() => tickOf(schedule, Date.now())).toThrow(CronTickError);
      expect(() => tickOf(schedule, Date.now())).toThrow(/"0 0 31 2 \*".*oncePerTick: false/);
    }
  });
});

/** A minute of a zone: when it is, and the times that the wall shows then, or skips before. */
type WallMinute = { readonly minuteAt: number; readonly walls: readonly Date[] };

/** The days around a night, with the zone's offset as Intl knows it. */
function wallMinutes(zone: Zone, middleAt: number): WallMinute[] {
  const offsetAt = offsetsOf(zone);
  const minutes: WallMinute[] = [];
  let nextWallAt: number | undefined;
  for (let minuteAt = middleAt - 9 * DAY_MS; minuteAt < middleAt + 2 * DAY_MS;) {
    const wallAt = minuteAt + offsetAt(minuteAt);
    const walls = [new Date(wallAt)];
    for (let skippedAt = nextWallAt ?? wallAt; skippedAt < wallAt; skippedAt += MINUTE_MS) {
      walls.push(new Date(skippedAt));
    }
    minutes.push({ minuteAt, walls });
    nextWallAt = wallAt + MINUTE_MS;
    minuteAt += MINUTE_MS;
  }
  return minutes;
}

function matcherOf(expression: string): (wall: Date) => boolean {
  const fields = expression.split(' ') as [string, string, string, string, string, string];
  const [, minutes, hours, days, months, weekdays] = fields.map(valuesOf) as Set<number>[];
  const isEitherDay = fields[3] !== '*' && fields[5] !== '*';
  return (wall) => {
    if (!minutes!.has(wall.getUTCMinutes()) || !hours!.has(wall.getUTCHours())) return false;
    const [day, weekday] = [days!.has(wall.getUTCDate()), weekdays!.has(wall.getUTCDay())];
    return months!.has(wall.getUTCMonth() + 1) && (isEitherDay ? day || weekday : day && weekday);
  };
}

// The values of a field, such as `1-3`, `*/7` or `15,45`.
function valuesOf(field: string): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [low = 0, high = low] = range === '*' ? [0, 59] : range.split('-').map(Number);
    for (let value = low; value <= high; value += Number(step)) values.add(value);
  }
  return values;
}

/** Zones change at quarters of an hour, and Intl takes its time. */
function offsetsOf(zone: Zone): (minuteAt: number) => number {
  if (typeof zone === 'number') return () => zone * MINUTE_MS;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  let offsetMs = 0;
  return (minuteAt) => {
    if (minuteAt % (15 * MINUTE_MS) === 0) {
      offsetMs = at(`${format.format(minuteAt).replace(' ', 'T')}Z`) - minuteAt;
    }
    return offsetMs;
  };
}

/** Numerical Recipes' generator, so that a failure can be repeated. */
function seededRandom(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function sinceText(sinceMs: number): string {
  const minutes = Math.abs(sinceMs) / MINUTE_MS;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return (
    (sinceMs < 0 ? '-' : '+') + (hours ? `${hours}h` : '') + (rest || !hours ? `${rest}m` : '')
  );
}

describe('in an application', () => {
  it('a cron has consecutive ticks, and what is called otherwise has none', async () => {
    const fires: { tick: Tick | undefined; firedAt: number }[] = [];
    const others: Record<string, Tick | undefined> = {};
    let thirdFire = (): void => undefined;
    const firedThrice = new Promise<void>((resolve) => (thirdFire = resolve));

    // Passed on to `cron`, though the options' type does not have it.
    const onInit = { name: 'on init', runOnInit: true };

    @Injectable()
    class Jobs {
      @Cron('* * * * * *', { name: 'each second' })
      eachSecond(): void {
        fires.push({ tick: currentTick(), firedAt: Date.now() });
        if (fires.length === 3) thirdFire();
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
      await firedThrice;
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
