import type { ModelStore } from './model-store.js';
import type { Timeline } from './timeline.js';

/** How long a statement waits for a row before it is given up, as `lock_timeout` has it. */
const LONGEST_LOCK_WAIT_MS = 1000;

/**
 * The server that all instances share: its clock, its outages, and the rows that strangers have
 * locked. What it decides, it decides at one instant.
 */
export class Database {
  readonly store: ModelStore;
  readonly #timeline: Timeline;
  /** Until when a stranger has locked the row of a name. */
  readonly #lockedUntil = new Map<string, number>();
  #starts = 0;
  isDown = false;

  constructor(timeline: Timeline, store: ModelStore) {
    this.#timeline = timeline;
    this.store = store;
  }

  /** Its clock, in whole milliseconds. */
  get nowAt(): number {
    return Math.floor(this.#timeline.nowAt);
  }

  /** A statement arrives. One of both is called, at once or once its rows can be had. */
  execute(
    names: readonly string[],
    decide: () => void,
    fail: (why: 'refused' | 'broken') => void,
  ): void {
    if (this.isDown) return fail('broken');
    const start = this.#starts;
    const { nowAt } = this.#timeline;
    const freeAt = Math.max(...names.map((name) => this.#lockedUntil.get(name) ?? 0));
    if (freeAt <= nowAt) return decide();
    const isInTime = freeAt - nowAt <= LONGEST_LOCK_WAIT_MS;
    this.#timeline.at(isInTime ? freeAt : nowAt + LONGEST_LOCK_WAIT_MS, () => {
      if (this.isDown || start !== this.#starts) fail('broken');
      else if (isInTime) this.execute(names, decide, fail);
      else fail('refused');
    });
  }

  /** A stranger's transaction locks the row of a name. */
  lock(name: string, forMs: number): void {
    this.#lockedUntil.set(name, this.#timeline.nowAt + forMs);
  }

  goDown(): void {
    this.isDown = true;
    this.#starts += 1;
    this.#lockedUntil.clear();
  }

  comeBack(): void {
    this.isDown = false;
  }
}
