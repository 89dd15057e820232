import type { Evidence } from '../evidence.js';

/** What an oracle found. One that judged nothing says nothing, and not that all is well. */
export interface Finding<Figure extends string = string> {
  /** How many cases it had to judge. */
  readonly judged: number;
  /** What broke a promise, each as a sentence. */
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<Figure, number>>;
}

/** Two clocks that are read one after the other, and rounded each in its own way, differ by this. */
export const ROUNDING_MS = 1;

/** After that share of its ttl a holder does not trust its lease any more, and tells its body. */
export const TRUSTED_SHARE = 0.8;

/** By so much the clock by which the journals are dated may be off, beside that of the rows. */
export const DATED_MS = 20;

/**
 * How long an attempt may go on asking, with one owner, whatever becomes of its replies: for 10 s, of
 * which the last try may take 5 s more, after a wait of up to one ttl.
 */
export const LONGEST_ATTEMPT_MS = 16_000;

export function instant(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : 'an unknown instant';
}

/** 0 of nothing: how many there were stands beside it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Of many values, and so without an argument for each. */
export function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), values[0] ?? 0);
}

export function least(values: readonly number[]): number {
  return values.reduce((fewest, value) => Math.min(fewest, value), values[0] ?? 0);
}

/** What each acquire of a name, and each renewal, asks for. */
export function ttlMsOf({ ttls }: Pick<Evidence, 'ttls'>, name: string): number {
  return name.startsWith('race:') ? ttls.racesMs : ttls.jobsMs;
}

/** One grant, as a key that can be read. */
export function grantKey({ name, fence }: { name: string; fence: number }): string {
  return `'${name}' (fence ${fence})`;
}

export function increment(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

export function groupBy<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
