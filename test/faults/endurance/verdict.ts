import { growthOf, type Growth, type GrowthBound } from './growth.js';
import type { Sample } from './sample.js';

const MB = 2 ** 20;

/**
 * How much each may grow in a minute.
 *
 * The smallest leak that matters is one small object a run: 64 bytes at 1,000 runs a second are 3.7
 * MB a minute, several times the bound. What is no leak stays below it: after a collection the heap
 * goes up and down by some MB, which over five minutes tilts a line by a few 100 kB a minute.
 * Resident memory is given back in large pieces, so it may tilt more. What is counted one by one
 * may differ by who is at work when it is counted.
 */
const BOUNDS = {
  heapUsed: { perMinute: MB, shareOfLevelPerMinute: 0.02 },
  rss: { perMinute: 2 * MB, shareOfLevelPerMinute: 0.02 },
  timers: { perMinute: 2, shareOfLevelPerMinute: 0.02 },
  handles: { perMinute: 2, shareOfLevelPerMinute: 0.02 },
  listeners: { perMinute: 2, shareOfLevelPerMinute: 0.02 },
} satisfies Partial<Record<keyof Sample, GrowthBound>>;

export type Measure = keyof typeof BOUNDS;

export type Verdict = Readonly<Record<Measure, Growth>>;

/**
 * With fewer, the smallest leak that matters stays below the bound. And where each call is rejected
 * nothing grows either: that would be no soak.
 */
const LEAST_RUNS_PER_SECOND = 300;

/** What besides growth makes a soak worthless or bad, in words. */
export function faultsOf(samples: readonly Sample[], leftAfterClose: readonly string[]): string[] {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const perSecond = (last.runs - first.runs) / ((last.at - first.at) / 1000);
  const faults: string[] = [];
  if (!(perSecond >= LEAST_RUNS_PER_SECOND)) {
    faults.push(`${perSecond.toFixed(1)} runs a second: fewer than ${LEAST_RUNS_PER_SECOND}`);
  }
  if (leftAfterClose.length > 0) faults.push(`left after close: ${leftAfterClose.join(', ')}`);
  return faults;
}

export function verdictOf(samples: readonly Sample[]): Verdict {
  const at = samples.map((sample) => sample.at);
  const judged = Object.entries(BOUNDS).map(([measure, bound]) => {
    const values = samples.map((sample) => sample[measure as Measure]);
    return [measure, growthOf({ at, values }, bound)];
  });
  return Object.fromEntries(judged) as Verdict;
}
