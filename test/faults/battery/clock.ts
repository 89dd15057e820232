import type { Ground } from './grounds/ground.js';

/**
 * Dates what the processes of a battery note. They all read the machine's monotonic clock, and the
 * database has a wall clock of the same machine: so one difference turns the one into the other. It is
 * asked for several times, and what it was at the quickest answer is the nearest to the truth.
 */
export class DatabaseClock {
  #differenceMs = 0;

  static async read(ground: Ground): Promise<DatabaseClock> {
    const clock = new DatabaseClock();
    await clock.adjust(ground);
    return clock;
  }

  /** @returns by how much it was wrong */
  async adjust(ground: Ground): Promise<number> {
    const beforeMs = this.#differenceMs;
    let quickestMs = Infinity;
    for (let ask = 0; ask < 20; ask += 1) {
      const askedAt = monotonicMs();
      const nowAt = await ground.now();
      const tookMs = monotonicMs() - askedAt;
      if (tookMs >= quickestMs) continue;
      quickestMs = tookMs;
      // `now` is rounded down.
      this.#differenceMs = nowAt + 0.5 - (askedAt + tookMs / 2);
    }
    return this.#differenceMs - beforeMs;
  }

  /** An instant of the monotonic clock on the database's. */
  dated(monotonicAt: number): number {
    return monotonicAt + this.#differenceMs;
  }

  now(): number {
    return this.dated(monotonicMs());
  }
}

/** As the processes of the battery read it. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
