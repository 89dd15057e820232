import type { Evidence } from '../evidence.js';

/** What became of a kind of faults. */
export interface Kind {
  readonly tried: number;
  readonly done: number;
}

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
  return Object.entries(kinds).flatMap(([kind, { done }]) => (done === 0 ? [kind] : []));
}
