import { simulate } from './simulate.js';
import { count, emptyTally, type Tally } from './tally.js';
import type { Spoilt } from './world.js';

/** Lives through the worlds of these seeds, one after the other. */
export async function simulateMany(
  seeds: Iterable<number>,
  spoilt: Spoilt = {},
  isEnough: (tally: Tally) => boolean = () => false,
): Promise<Tally> {
  const { stackTraceLimit } = Error;
  // Where an error was made is not asked here, and finding that out takes a third of the time.
  Error.stackTraceLimit = 0;
  const tally = emptyTally();
  try {
    for (const seed of seeds) {
      count(tally, await simulate(seed, spoilt));
      if (isEnough(tally)) break;
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return tally;
}

export function* seedsFrom(from: number, seeds: number, stride = 1): Iterable<number> {
  for (let seed = from; seed < from + seeds; seed += stride) yield seed;
}
