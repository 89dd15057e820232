import { expect } from '@jest/globals';
import { describeWithFaketime, faketime } from '../../support/faketime.js';
import type { Worker } from '../../support/worker.js';
import { databaseNow, linesOf, type Line } from '../support/oracle.js';
import type { Scene } from '../support/scene.js';
import { Scenes } from '../support/scenes.js';

/** Seconds by which the instances' clocks are wrong. */
const SHIFTS = { slowest: -0.55, slow: -0.28, late: 0, fast: 0.28, fastest: 0.55 };
const SECOND_MS = 1000;
const TICKS = 12;

describeWithFaketime('Five instances whose clocks are up to 0.55 s wrong', () => {
  // Not on SQLite: it runs inside of the instance, so under libfaketime the database's clock would
  // be wrong together with the instance's, and the instances would have no clock in common.
  const scenes = new Scenes(new URL('./worker.ts', import.meta.url), ['postgres', 'mariadb']);
  const observations = new Map<Scene, Promise<Observed>>();

  function observed(scene: Scene): Promise<Observed> {
    const observation = observations.get(scene) ?? observe(scene);
    observations.set(scene, observation);
    return observation;
  }

  scenes.it(
    `run a job of some milliseconds exactly once for each of ${TICKS} ticks`,
    async (scene) => {
      const { guarded, ticks } = await observed(scene);
      expect(ticks.map((tick) => linesAt(tick, guarded).length)).toEqual(ticks.map(() => 1));
    },
  );

  scenes.it(
    'run it at most once for the ticks at which they start, even if one misses its first deadline',
    async (scene) => {
      const { guarded, late } = await observed(scene);
      expect(late.output).toContain('Missed execution deadline');
      expect(guarded.filter(({ tick }) => linesAt(tick!, guarded).length > 1)).toEqual([]);
    },
  );

  scenes.it(
    'run it more often without oncePerTick, as the lock alone cannot tell ticks apart',
    async (scene) => {
      const { lockAlone, ticks } = await observed(scene);
      expect(ticks.flatMap((tick) => linesAt(tick, lockAlone)).length).toBeGreaterThan(TICKS);
    },
  );
});

interface Observed {
  /** The ticks at which all five were there, from before the first to after the last fire. */
  readonly ticks: readonly number[];
  /** What the jobs wrote, with and without the guard, in one and the same instances. */
  readonly guarded: readonly Line[];
  readonly lockAlone: readonly Line[];
  /** The instance that misses its first deadline. */
  readonly late: Worker;
}

async function observe(scene: Scene): Promise<Observed> {
  const database = await scene.database;
  const { late: inTime, ...others } = SHIFTS;
  const start = async ([instance, shift]: [string, number]): Promise<Worker> =>
    scene.start({ instance }, faketime(shift));
  const workers = await Promise.all(Object.entries(others).map(start));
  // By then the others run its first tick.
  const late = await start(['late', inTime]);
  workers.push(late);
  // The fastest clock fires for the first of these in 0.45 s at the earliest.
  const firstAt = Math.floor((await databaseNow(database)) / SECOND_MS) * SECOND_MS + 2000;
  const ticks = Array.from({ length: TICKS }, (_, index) => firstAt + index * SECOND_MS);
  // The slowest clock fires 1.1 s after the fastest, so for the last tick before this one.
  await anyRan(workers, ticks.at(-1)! + 2 * SECOND_MS);
  await scene.kill();
  const guarded = await linesOf(database, 'once-per-tick');
  return { ticks, guarded, late, lockAlone: await linesOf(database, 'lock-alone') };
}

/** A tick's run is told by whichever instance runs it. */
async function anyRan(workers: readonly Worker[], tick: number): Promise<void> {
  const patienceMs = (TICKS + 15) * SECOND_MS;
  await Promise.any(
    workers.map(({ messages }) =>
      messages.waitFor((message) => (message['tick'] as number) >= tick, patienceMs),
    ),
  );
}

function linesAt(tick: number, lines: readonly Line[]): Line[] {
  return lines.filter((line) => line.tick === tick);
}
