import { it } from '@jest/globals';
import { SERVERS, type Dialect } from '../../support/databases.js';
import { absence } from '../../support/resources.js';
import { Scene } from './scene.js';

/** An instance's start takes most of it, on a machine that does much else. */
const TEST_TIMEOUT_MS = 180_000;

/** A scenario on several databases, whose tests run side by side, as they wait for most of their time. */
export class Scenes {
  readonly #scenes: ReadonlyMap<Dialect, Scene>;

  /** To be made inside of a `describe`. @param file the scenario's `worker.ts` */
  constructor(file: URL, dialects: readonly Dialect[]) {
    this.#scenes = new Map(dialects.map((dialect) => [dialect, new Scene(dialect, file)]));
  }

  /** it() once for each of the databases, skipped visibly where one cannot be had. */
  it(title: string, test: (scene: Scene) => Promise<void>): void {
    for (const [dialect, scene] of this.#scenes) {
      const server = SERVERS[dialect];
      const missing = server !== undefined && absence(server) !== undefined;
      const register = missing ? it.skip : it.concurrent;
      const note = missing ? ' (which cannot be had)' : '';
      register(`${title}, on ${dialect}${note}`, () => test(scene), TEST_TIMEOUT_MS);
    }
  }
}
