import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidOptionError } from 'nestjs-marathon';
import { PendingError, RestlessError, TestFleet, VirtualClock } from 'nestjs-marathon/testing';

let clock: VirtualClock;
beforeEach(() => void (clock = new VirtualClock()));

/** Notes when it is called, by the clock. */
function noting(times: number[]): () => void {
  return () => void times.push(clock.monotonicAt());
}

describe('a virtual clock', () => {
  it('begins in the year 2100, or when it is told to', () => {
    expect(clock.now).toEqual(new Date('2100-01-01T00:00:00Z'));
    expect(new VirtualClock('2026-03-29T00:59:00Z').now.getUTCFullYear()).toBe(2026);
    expect(new VirtualClock(new Date(5)).wallAt()).toBe(5);
    expect(new VirtualClock(0).wallAt()).toBe(0);
    expect(() => new VirtualClock('the day before yesterday')).toThrow(InvalidOptionError);
  });

  it('stands still until it is advanced', async () => {
    const before = clock.now;
    await clock.settled();
    expect(clock.now).toEqual(before);
    await clock.advance('90s');
    expect(clock.now.getTime() - before.getTime()).toBe(90_000);
    expect(clock.monotonicAt()).toBe(90_000);
  });

  it('runs what falls due on the way in the order of time, each at its own', async () => {
    const times: number[] = [];
    for (const delayMs of [300, 100, 200]) clock.schedule(delayMs, noting(times));
    clock.schedule(301, noting(times));
    await clock.advance(300);
    expect(times).toEqual([100, 200, 300]);
    expect(clock.timers).toBe(1);
  });

  it('lets what a timer sets off run before the next one', async () => {
    const told: string[] = [];
    const later = async (): Promise<void> => {
      told.push('first');
      await clock.pause(50);
      told.push('set off by the first');
    };
    clock.schedule(100, () => void later());
    clock.schedule(200, () => void told.push('second'));
    await clock.advance('1s');
    expect(told).toEqual(['first', 'set off by the first', 'second']);
  });

  it('does not run what was cancelled', async () => {
    const times: number[] = [];
    clock.schedule(100, noting(times))();
    clock.schedule(0, noting(times))();
    await clock.advance('1s');
    expect(times).toEqual([]);
  });

  it('passes as much time as a promise needs', async () => {
    const work = clock.pause('1h').then(() => clock.pause('30m').then(() => 'done'));
    expect(await clock.advanceUntil(work)).toBe('done');
    expect(clock.monotonicAt()).toBe(90 * 60_000);
  });

  it('passes no time for a promise that needs none, and hands on what it rejects with', async () => {
    clock.schedule(100, () => {});
    const failing = Promise.reject(new Error('no'));
    await expect(clock.advanceUntil(failing)).rejects.toThrow('no');
    expect(clock.monotonicAt()).toBe(0);
  });

  it('gives a promise up that it cannot settle', async () => {
    const gone = new Promise(() => {});
    await new TestFleet(clock).locks('api-1').acquire('report'); // renewed for ever
    await expect(clock.advanceUntil(gone, '1h')).rejects.toThrow(PendingError);
    await expect(clock.advanceUntil(gone, '1h')).rejects.toThrow("after '1h' on the virtual clock");
    await expect(clock.advanceUntil(gone, '-1h')).rejects.toThrow(InvalidOptionError);
  });

  it('waits for what needs no time on it', async () => {
    const input = new Promise((resolve) => void setTimeout(resolve, 5, 'read'));
    expect(await clock.advanceUntil(input)).toBe('read');
  });

  it('adds up what is advanced at the same time', async () => {
    const times: number[] = [];
    clock.schedule(1500, noting(times));
    await Promise.all([clock.advance('1s'), clock.advance('1s')]);
    expect(clock.monotonicAt()).toBe(2000);
    expect(times).toEqual([1500]);
  });

  it('lets time pass without running anything while the event loop is blocked', async () => {
    const times: number[] = [];
    clock.schedule(100, noting(times));
    clock.block('5s');
    await clock.settled();
    expect(times).toEqual([]);
    await clock.advance(0);
    expect(times).toEqual([5000]);
  });

  it('sets the wall clock alone, forward and backward', async () => {
    const times: number[] = [];
    const before = clock.wallAt();
    clock.schedule(100, noting(times));
    clock.stepWall('-1h');
    expect(clock.wallAt() - before).toBe(-3_600_000);
    clock.stepWall('2h');
    await clock.settled();
    expect(clock.wallAt() - before).toBe(3_600_000);
    expect([clock.monotonicAt(), times]).toEqual([0, []]);
  });

  it.each([
    ['advance', -5],
    ['advance', '-5s'],
    ['advance', Number.NaN],
    ['advance', Infinity],
    ['advance', 'soon'],
    ['pause', -1],
    ['pause', 'later'],
  ] as const)('refuses to %s %p, and says what to give', async (verb, duration) => {
    await expect(clock[verb](duration)).rejects.toThrow(InvalidOptionError);
    await expect(clock[verb](duration)).rejects.toThrow(/[Gg]ive/);
    expect(clock.monotonicAt()).toBe(0);
  });

  it('refuses to block for a negative time, or to be set off by none', () => {
    expect(() => clock.block('-1s')).toThrow(InvalidOptionError);
    expect(() => clock.stepWall(Number.NaN)).toThrow(InvalidOptionError);
  });

  it('can be advanced after it was refused', async () => {
    await expect(clock.advance(-1)).rejects.toThrow('time does not run backwards');
    await clock.advance(1);
    expect(clock.monotonicAt()).toBe(1);
  });

  it('says so when something goes on for ever without letting time pass', async () => {
    const stop = new AbortController();
    const restless = async (): Promise<void> => {
      while (!stop.signal.aborted) await clock.pause(0);
    };
    const running = restless();
    await expect(clock.advance(1)).rejects.toThrow(RestlessError);
    stop.abort();
    await clock.advanceUntil(running);
  });

  it('comes to rest only when calls that follow each other are through', async () => {
    const locks = new TestFleet(clock).locks('api-1');
    let taken = 0;
    const takeMany = async (): Promise<void> => {
      for (; taken < 100; taken += 1) await locks.acquire(`n${taken}`);
    };
    void takeMany();
    await clock.settled();
    expect(taken).toBe(100);
  });
});

describe('with the fake timers of a test framework', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('does not hang', async () => {
    const fleet = new TestFleet();
    const lease = await fleet.hold('report', { ttl: '1m' });
    await fleet.clock.advance('30s');
    expect(await lease.release()).toBe('released');
  });
});
