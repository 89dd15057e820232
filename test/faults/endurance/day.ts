/*
 * node --import ./test/support/typescript.mjs test/faults/endurance/day.ts --hours 24 --json FILE
 * lets an instance work for hours of virtual time, and writes what it held after each, and in the end.
 */
import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { queryObjects } from 'node:v8';
import { HeldLease } from '../../../lib/core/held-lease.js';
import type { AcquireRequest } from '../../../lib/core/lock-store.js';
import { SingleRun } from '../../../lib/core/single-run.js';
import type { MakeSingleRun } from '../simulation/instance.js';
import { stepping } from '../simulation/turns.js';
import { Census } from './census.js';
import { WorkingInstance } from './working-instance.js';

const HOUR_MS = 3_600_000;
/** Between two fires of all crons; only a call that met a failing store can be under way then. */
const QUIET_MS = 55_900;

/** What is held, measured from outside. */
interface Sizes {
  readonly timers: number;
  readonly listeners: number;
  readonly leases: number;
  readonly promises: number;
  /** Maps and sets, and what is in all of them. */
  readonly maps: number;
  readonly entries: number;
}

export interface Day {
  /** After each hour. */
  readonly sizes: readonly Sizes[];
  /** After the shutdown. */
  readonly left: Sizes;
  /** How often the observers were told what. */
  readonly told: Readonly<Record<string, number>>;
  readonly violations: readonly unknown[];
}

const census = new Census();

const core: MakeSingleRun = (parts) => new SingleRun(parts);

/** A negative control: keeps every owner that it ever drew, about 1,500 an hour. */
const remembering: MakeSingleRun = (parts) => {
  const owners = new Map<string, AcquireRequest>();
  const { store } = parts;
  const acquire = store.acquire.bind(store);
  store.acquire = (batch, timeoutMs) => {
    for (const request of batch) owners.set(request.owner, request);
    return acquire(batch, timeoutMs);
  };
  return new SingleRun(parts);
};

function sizesOf({ controller, machine }: WorkingInstance): Sizes {
  return {
    timers: machine.timers,
    listeners: getEventListeners(controller.signal, 'abort').length,
    // Each counts after a full collection of garbage.
    leases: queryObjects(HeldLease, { format: 'count' }),
    promises: queryObjects(Promise, { format: 'count' }),
    ...census.count(),
  };
}

async function work(hours: number, makeSingleRun: MakeSingleRun): Promise<Day> {
  const instance = new WorkingInstance((parts) => {
    census.begin();
    return makeSingleRun(parts);
  });
  const { timeline, told, verdicts } = instance;
  const beganAt = timeline.nowAt;
  instance.begin();
  const sizes: Sizes[] = [];
  for (let hour = 1; hour <= hours; hour += 1) {
    const untilAt = beganAt + hour * HOUR_MS + QUIET_MS;
    await stepping(() => timeline.step() && timeline.nowAt < untilAt);
    sizes.push(sizesOf(instance));
  }
  let isOver = false;
  void instance.end().then(() => timeline.after(HOUR_MS, () => void (isOver = true)));
  await stepping(() => !isOver && timeline.step());
  const left = sizesOf(instance);
  census.end();
  return { sizes, left, told, violations: verdicts.violations };
}

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    json: { type: 'string', default: 'out/day.json' },
    remembering: { type: 'boolean', default: false },
  },
});
const day = await work(Number(values.hours), values.remembering ? remembering : core);
writeFileSync(values.json, JSON.stringify(day, undefined, 2));
