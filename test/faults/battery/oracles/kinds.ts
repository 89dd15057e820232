import type { Evidence } from '../evidence.js';

/** What became of a kind of faults. */
export interface Kind {
  readonly tried: number;
  readonly done: number;
}

/** Somebody who is never in luck by then has no chance. */
const ENOUGH = 5;

export function kindsOf({
  injected,
  tried,
}: Pick<Evidence, 'injected' | 'tried'>): Record<string, Kind> {
  const kinds = Object.entries(tried).map(([kind, times]): [string, Kind] => [
    kind,
    { tried: times, done: injected.filter((fault) => fault.kind === kind).length },
  ]);
  return Object.fromEntries(kinds.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Of these it is not shown what they do to the library, though the battery has them. */
export function neverDone(kinds: Readonly<Record<string, Kind>>): string[] {
  return Object.entries(kinds).flatMap(([kind, { done, tried }]) =>
    tried >= ENOUGH && done === 0 ? [kind] : [],
  );
}
