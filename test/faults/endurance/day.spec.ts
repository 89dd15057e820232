import { getEventListeners } from 'node:events';
import { queryObjects } from 'node:v8';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HeldLease } from '../../../lib/core/held-lease.js';
import type { AcquireRequest } from '../../../lib/core/lock-store.js';
import { SingleRun } from '../../../lib/core/single-run.js';
import type { MakeSingleRun } from '../simulation/instance.js';
import { stepping } from '../simulation/turns.js';
import { Census } from './census.js';
import { WorkingInstance } from './working-instance.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Between two fires of all crons; only a call that met a failing store can be under way then. */
const QUIET_MS = 55_900;
/** Calls that may be under way: their timers, listeners and leases. */
const NOISE = 12;

/** What is held, measured from outside. */
interface Sizes {
  readonly timers: number;
  readonly listeners: number;
  readonly leases: number;
  readonly maps: number;
  /** In all maps and sets of the core's. */
  readonly entries: number;
  readonly promises: number;
}

const census = new Census();
afterEach(() => census.end());

function sizesOf({ controller, machine }: WorkingInstance): Sizes {
  return {
    timers: machine.timers,
    listeners: getEventListeners(controller.signal, 'abort').length,
    // Each counts after a full collection of garbage.
    leases: queryObjects(HeldLease, { format: 'count' }),
    maps: queryObjects(Map, { format: 'count' }),
    promises: queryObjects(Promise, { format: 'count' }),
    entries: census.entries,
  };
}

/** @returns what was held after each hour */
async function workFor(hours: number, instance: WorkingInstance): Promise<[Sizes, ...Sizes[]]> {
  const { timeline } = instance;
  const beganAt = timeline.nowAt;
  instance.begin();
  const sizes: Sizes[] = [];
  for (let hour = 1; hour <= hours; hour += 1) {
    const untilAt = beganAt + hour * HOUR_MS + QUIET_MS;
    await stepping(() => timeline.step() && timeline.nowAt < untilAt);
    sizes.push(sizesOf(instance));
  }
  return sizes as [Sizes, ...Sizes[]];
}

const core: MakeSingleRun = (parts) => {
  census.begin();
  return new SingleRun(parts);
};

/** A negative control: keeps every owner that it ever drew, about 1,500 an hour. */
const remembering: MakeSingleRun = (parts) => {
  census.begin();
  const owners = new Map<string, AcquireRequest>();
  const { store } = parts;
  const acquire = store.acquire.bind(store);
  store.acquire = (batch, timeoutMs) => {
    for (const request of batch) owners.set(request.owner, request);
    return acquire(batch, timeoutMs);
  };
  return new SingleRun(parts);
};

describe('an instance at work', () => {
  it(
    `is no larger after ${HOURS} hours than after one`,
    async () => {
      const instance = new WorkingInstance(core);
      const { timeline, told, controller, machine, verdicts } = instance;
      const [first, ...later] = await workFor(HOURS, instance);
      for (const size of later) {
        expect(Math.max(size.timers, size.listeners, size.leases)).toBeLessThanOrEqual(NOISE);
        expect(size.entries).toBeLessThanOrEqual(NOISE);
        expect(size.maps - first.maps).toBeLessThanOrEqual(NOISE);
        expect(size.promises - first.promises).toBeLessThanOrEqual(NOISE * 40);
      }
      // All of it was done, and all of it failed at times.
      expect(told['onStarted']).toBeGreaterThan(HOURS * 720);
      expect(told['onRenewed']).toBeGreaterThan(HOURS * 60 * 3);
      for (const event of ['onLost', 'onOverran', 'onSkipped', 'onRejected', 'onStoreError']) {
        expect({ [event]: told[event] ?? 0 }).not.toEqual({ [event]: 0 });
      }

      let isOver = false;
      void instance.end().then(() => timeline.after(HOUR_MS, () => void (isOver = true)));
      await stepping(() => !isOver && timeline.step());
      expect(machine.timers).toBe(0);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      expect(queryObjects(HeldLease, { format: 'count' })).toBe(0);
      expect(verdicts.violations).toEqual([]);
    },
    10 * 60_000,
  );

  it('is seen to grow if one map does', async () => {
    const [first, second] = await workFor(2, new WorkingInstance(remembering));
    expect(second!.entries - first.entries).toBeGreaterThan(1000);
  });
});
