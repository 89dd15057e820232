import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findLibfaketime } from '../../support/servers/libfaketime.mjs';
import { UsageError, type Arguments } from './arguments.js';
import { BATCH_NAMES, counters, JOB_NAMES, tables } from './application-tables.js';
import { Battery } from './battery.js';
import type { Built } from './build.js';
import { Chance } from './chance.js';
import { DatabaseClock } from './clock.js';
import type { Calm, Evidence } from './evidence.js';
import { faultsOf } from './faults/index.js';
import { Fleet } from './fleet.js';
import type { Ground } from './grounds/ground.js';
import { assertLevel, isolate, LEVELS } from './isolation.js';
import { ROUNDING_MS } from './oracles/finding.js';
import { RACE_TTL_MS, Races } from './races.js';

const TTL_MS = 1000;
/** At the end nothing is done for so long, in which every instance has to work again. */
const CALM_MS = 6 * TTL_MS;

const PROGRESS_MS = 15_000;
/** If it seems to be wrong by more, it was set meanwhile. */
const MOST_DRIFT_MS = 2 * ROUNDING_MS;

export interface Conducted {
  readonly evidence: Evidence;
  /** Why it had to end early, or says nothing, if it is so. */
  readonly failure: unknown;
  readonly seconds: number;
}

interface Surroundings {
  readonly ground: Ground;
  readonly files: Built;
  /** Where the processes write. */
  readonly folder: string;
}

/** Runs a battery on a database of its own, and collects what it is judged by. */
export async function conduct(surroundings: Surroundings, args: Arguments): Promise<Conducted> {
  const { files, folder, ground } = surroundings;
  const begunAt = performance.now();
  const chance = new Chance(args.seed);
  await ground.prepare(tables(ground.dialect));
  const clock = await DatabaseClock.read(ground);
  const fleet = await Fleet.create({
    ground,
    chance,
    clock,
    folder,
    ttlMs: TTL_MS,
    instances: args.instances,
    names: JOB_NAMES,
    batchNames: BATCH_NAMES,
    file: files.instance,
    faketime: faketimeFor(ground),
  });
  try {
    await fleet.start();
    const done = await trouble(surroundings, args, { fleet, clock, chance });
    const calm = await calmOf(fleet, clock);
    const driftMs = await clock.driftMs(ground);
    const isSet = Math.abs(driftMs) > MOST_DRIFT_MS;
    const failure =
      done.failure ?? (isSet ? new Error(`The clock was set by ${driftMs} ms.`) : undefined);
    const evidence = {
      ttls: { jobsMs: TTL_MS, racesMs: RACE_TTL_MS },
      injected: done.injected,
      tried: done.tried,
      rowLocks: done.rowLocks,
      changes: await ground.changes(),
      commits: await ground.commits(),
      journal: await fleet.journal(),
      lives: await fleet.lives(),
      cuts: fleet.cuts,
      calm,
      counters: await counters(ground),
      // There are none on SQLite, which has one lock for all.
      deadlocks: ground.dialect === 'sqlite' ? undefined : await ground.deadlocks(),
    };
    const seconds = (performance.now() - begunAt) / 1000;
    return { evidence, failure, seconds };
  } finally {
    await fleet.end();
  }
}

interface Troubles extends Pick<Evidence, 'injected' | 'rowLocks' | 'tried'> {
  readonly failure: unknown;
}

/** The faults, in equal shares at each isolation level that the database has. */
async function trouble(
  { files, folder, ground }: Surroundings,
  { faults: total, kinds, seed }: Arguments,
  parts: { readonly fleet: Fleet; readonly clock: DatabaseClock; readonly chance: Chance },
): Promise<Troubles> {
  const batteries: Battery[] = [];
  const levels = LEVELS[ground.dialect];
  const faults = faultsOf(ground, kinds);
  if (faults.length === 0) throw new UsageError(`No fault on ${ground.dialect} is of such a kind.`);
  let failure: unknown;
  for (const [index, level] of levels.entries()) {
    await isolate(ground, parts.fleet, level);
    const label = `racers-${index + 1}`;
    const chance = parts.chance.fork();
    const races = await Races.start(files.racer, {
      url: ground.url,
      instance: label,
      journal: join(folder, `${label}.journal`),
      ttlMs: TTL_MS,
      names: [],
      batchNames: [],
      seed,
      poolSize: 1,
      speed: 1,
      order: ['typeorm', 'marathon', 'schedule'],
      speaksMysql: index % 2 === 1,
    });
    const battery = new Battery({ ...parts, chance, ground, faults, ttlMs: TTL_MS, races });
    batteries.push(battery);
    const told = setInterval(() => console.log(`${level}: ${battery.progress}`), PROGRESS_MS);
    const upTo = (level: number): number => Math.round((total * level) / levels.length);
    await battery
      .run(upTo(index + 1) - upTo(index))
      .then(() => assertLevel(parts.fleet, level))
      .catch((error: unknown) => {
        failure = error;
      });
    clearInterval(told);
    await races.stop();
    if (failure) break;
  }
  return {
    injected: batteries.flatMap(({ injected }) => injected),
    rowLocks: batteries.flatMap(({ rowLocks }) => rowLocks),
    tried: Object.fromEntries(
      faults.map(({ kind }) => [
        kind,
        batteries.reduce((sum, { tried }) => sum + (tried[kind] ?? 0), 0),
      ]),
    ),
    failure,
  };
}

/** Whoever was troubled has to be answered again, and to end when it is asked to. */
async function calmOf(fleet: Fleet, clock: DatabaseClock): Promise<Calm> {
  const instances = fleet.slots.map(({ label }) => label);
  const from = clock.now();
  await pause(CALM_MS);
  const to = clock.now();
  await fleet.stop();
  return { from, to, instances };
}

/** SQLite's clock is that of the process: a wrong one would be the database's, and no fault of an instance. */
function faketimeFor({ dialect }: Ground): string | undefined {
  if (dialect === 'sqlite') return undefined;
  const found = findLibfaketime();
  if (found.url === undefined) throw new Error(`The clocks cannot be set: ${found.reason}`);
  return found.url;
}
