import type { Ground } from './grounds/ground.js';

/** So many that one is quick also on a busy machine. */
const ASKS = 100;

/**
 * Dates what the processes of a battery note. They all read the machine's monotonic clock, and the
 * database has a wall clock of the same machine: so one difference turns the one into the other. It is
 * asked for several times, and what it was at the quickest answer is the nearest to the truth.
 */
export class DatabaseClock {
  private constructor(private readonly differenceMs: number) {}

  static async read(ground: Ground): Promise<DatabaseClock> {
    return new DatabaseClock(await difference(ground));
  }

  /** By how much it is wrong by now. All is dated by one difference, or nothing could be compared. */
  async driftMs(ground: Ground): Promise<number> {
    return (await difference(ground)) - this.differenceMs;
  }

  /** An instant of the monotonic clock on the database's. */
  dated(monotonicAt: number): number {
    return monotonicAt + this.differenceMs;
  }

  now(): number {
    return this.dated(monotonicMs());
  }
}

async function difference(ground: Ground): Promise<number> {
  let quickestMs = Infinity;
  let differenceMs = 0;
  for (let ask = 0; ask < ASKS; ask += 1) {
    const askedAt = monotonicMs();
    const nowAt = await ground.now();
    const tookMs = monotonicMs() - askedAt;
    if (tookMs >= quickestMs) continue;
    quickestMs = tookMs;
    // `now` is rounded down.
    differenceMs = nowAt + 0.5 - (askedAt + tookMs / 2);
  }
  return differenceMs;
}

/** As the processes of the battery read it. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
