import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Chance } from './chance.js';
import type { Done } from './faults/fault.js';
import { within } from './grounds/within.js';
import { lastWords, startProcess } from './start-process.js';
import type { Settings } from './worker/settings.js';
import { RACERS, type Race, type Raced } from './worker/race.js';

/** So few that they are raced for again and again. */
const WORN_NAMES = 4;
const PATIENCE_MS = 60_000;
/** 50 applications start one after the other, beside all that is going on. */
const START_MS = 240_000;
/** Most races are over by then. */
export const RACE_TTL_MS = 500;

/** A process of 50 instances, which ask for one name all at once. */
export class Races {
  readonly #child: ChildProcess;
  readonly #label: string;
  #races = 0;

  private constructor(child: ChildProcess, label: string) {
    this.#child = child;
    this.#label = label;
  }

  static async start(file: string, settings: Settings): Promise<Races> {
    const child = startProcess(file, settings);
    const exited = once(child, 'exit').then(async () => {
      throw new Error(`The racers are gone:\n${await lastWords(settings)}`);
    });
    await within(START_MS, Promise.race([once(child, 'message'), exited]));
    exited.catch(() => {}); // once they were up
    return new Races(child, settings.instance);
  }

  /** For a fresh name, or for one whose lease has just ended, or is about to. */
  async run(chance: Chance): Promise<Done> {
    this.#races += 1;
    const isFresh = chance.isTrue(0.3);
    const race: Race = {
      name: isFresh ? `race:${this.#label}:${this.#races}` : `race:${this.#races % WORN_NAMES}`,
      ttlMs: RACE_TTL_MS,
      gives: chance.isTrue(0.3),
      aroundMs: chance.between(-5, 3),
    };
    const raced = once(this.#child, 'message').then(([answer]) => answer as Raced);
    this.#child.send(race);
    const { failures } = await within(PATIENCE_MS, raced);
    // The database was away. (How many have won is judged by what they noted.)
    return failures < RACERS ? 'done' : 'not done';
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
