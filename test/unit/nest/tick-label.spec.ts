import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CronJob, CronTime } from 'cron';
import { CronTickError, type CronSchedule, tickOf } from '../../../lib/nest/tick-label.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The calendar of the oracle: a faked Date would take most of the time of these tests. */
const RealDate = Date;

const at = (iso: string): number => Date.parse(iso);
const iso = (instantAt: number): string => new Date(instantAt).toISOString();

/** A zone's name, or minutes of offset. */
type Zone = string | number;

const scheduleOf = (expression: string, zone: Zone): CronTime =>
  typeof zone === 'string'
    ? new CronTime(expression, zone)
    : new CronTime(expression, undefined, zone);

describe('the label', () => {
  beforeEach(() => void jest.useFakeTimers({ now: at('2026-06-01T00:00:00.005Z') }));
  afterEach(() => void jest.useRealTimers());

  const londonBack = '2026-10-25T01:00:00Z';
  const londonForth = '2026-03-29T01:00:00Z';
  const nights: [Zone, string][] = [
    ['Europe/London', londonBack],
    ['Europe/London', londonForth],
    ['Australia/Sydney', '2026-04-04T16:00:00Z'],
    ['Australia/Sydney', '2026-10-03T16:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
    ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Asia/Kolkata', '2026-06-01T18:30:00Z'],
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
    const random = seededRandom(at(middle));
    const minutes = wallMinutes(zone, at(middle));
    for (const expression of expressions) {
      const matches = matcherOf(expression);
      const timesAt = minutes
        .filter(({ walls }) => walls.some(matches))
        .map(({ minuteAt }) => minuteAt);
      let nowAt = at(middle) + Math.round((random() - 0.5) * 8 * HOUR_MS);
      const timeAt = latestOf(timesAt, nowAt);
      // Often near a time, where an error of one millisecond would show.
      if (random() < 0.6) nowAt = timeAt + Math.round(random() * 4) - 2;
      const expected = latestOf(timesAt, nowAt);
      jest.setSystemTime(nowAt);
      const told = [tickOf(scheduleOf(expression, zone), nowAt)];
      // The answer of a schedule that has a cache, at another time than the one it is about.
      const shared = scheduleOf(expression, zone);
      jest.setSystemTime(at(middle) + Math.round((random() - 0.5) * 4 * HOUR_MS));
      tickOf(shared, timeAt - 1);
      jest.advanceTimersByTime(50);
      told.push(tickOf(shared, nowAt), tickOf(shared, nowAt));
      const where = `${expression} at ${iso(nowAt)}: `;
      expect(told.map((tick) => where + iso(tick.at))).toEqual(
        Array(3).fill(where + iso(expected)),
      );
      expect(new Set(told.map((tick) => tick.periodMs)).size).toBe(1);
    }
  });

  // What a running cron does in such a night, and for which ticks the method then runs.
  it.each([
    ['0 2 * * *', 'Europe/London', londonBack, ['+1h', '+25h']],
    ['30 1 * * *', 'Europe/London', londonBack, ['-30m', '+24h30m']],
    ['*/30 1 * * *', 'Europe/London', londonBack, ['-1h', '-30m', '+24h', '+24h30m']],
    ['30 1 * * *', 'Europe/London', londonForth, ['+0m', '+23h30m']],
    ['30 2 * * *', 'Australia/Sydney', '2026-10-03T16:00:00Z', ['+0m', '+23h30m']],
    ['30 2 * * *', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z', ['+1h', '+25h']],
    ['0 3 * * *', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z', ['+30m', '+24h30m']],
    ['30 12 * * *', 'Asia/Kolkata', '2026-06-01T18:30:00Z', ['-11h30m', '+12h30m']],
  ])('lets each scheduled time run once: %s in %s around %s', async (...night) => {
    const [expression, zone, middle, expected] = night;
    jest.setSystemTime(at(middle) - 23 * HOUR_MS);
    const ran = new Set<number>();
    const fire = (): void => void ran.add(tickOf(job.cronTime, Date.now()).at);
    const job = new CronJob(expression, fire, null, true, zone);
    const before = tickOf(job.cronTime, Date.now()).at;
    await jest.advanceTimersByTimeAsync(23 * HOUR_MS + 26 * HOUR_MS);
    void job.stop();
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
    ['a burst that is over', '* * 3 * * *', '2026-06-01T05:00:00Z', 35],
    ['a year', '0 0 1 1 *', '2026-12-31T23:59:59Z', 22],
  ])('is found by few questions after %s', (_, expression, nowAt, most) => {
    const schedule = scheduleOf(expression, 'Europe/London');
    tickOf(schedule, Date.now());
    const asked = jest.spyOn(schedule, 'getNextDateFrom');
    tickOf(schedule, at(nowAt));
    expect(asked.mock.calls.length).toBeLessThanOrEqual(most);
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
    const walls = [new RealDate(wallAt)];
    for (let skippedAt = nextWallAt ?? wallAt; skippedAt < wallAt; skippedAt += MINUTE_MS) {
      walls.push(new RealDate(skippedAt));
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

function latestOf(timesAt: readonly number[], nowAt: number): number {
  return timesAt.findLast((timeAt) => timeAt <= nowAt) ?? NaN;
}

/** Numerical Recipes' generator, so that a failure can be repeated. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function sinceText(sinceMs: number): string {
  const minutes = Math.abs(sinceMs) / MINUTE_MS;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return (
    (sinceMs < 0 ? '-' : '+') + (hours ? `${hours}h` : '') + (rest || !hours ? `${rest}m` : '')
  );
}
