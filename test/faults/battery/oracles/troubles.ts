import type { Evidence, JournalLine } from '../evidence.js';
import { groupBy } from './finding.js';

type Write = Extract<JournalLine, { what: 'fenced' | 'unfenced' }>;

interface Time {
  readonly from: number;
  readonly to: number;
}

/** A process that is asked to end closes its connections itself, within this. */
const CLOSING_MS = 3000;

/** A transaction that takes longer commits slowly, and all wait for what it has locked. */
const QUICK_MS = 300;

/**
 * What can keep an instance from its database, or from running: faults done to it or to the
 * database, rows that a stranger or a slow transaction of an application has locked, connections
 * that ended, and stalls. (Who waits for such a row with one of several names keeps others from the
 * rest of them.) Faults that are called harmless are none, and nor is what a process closes itself
 * as it shuts down.
 */
export class Troubles {
  readonly #ofAll: readonly Time[];
  readonly #ofOne: ReadonlyMap<string, readonly (Time & { readonly instance: string })[]>;

  constructor({ cuts, injected, journal, lives, rowLocks }: Evidence) {
    this.#ofAll = [
      ...injected.filter(({ on }) => on === 'database' || on === 'row'),
      ...rowLocks,
      ...journal
        .filter((line): line is Write => line.what === 'fenced')
        .filter(({ at, since }) => at - since > QUICK_MS)
        .map(({ at, since }) => ({ from: since, to: at })),
    ];
    const terminated = new Map(
      lives.flatMap(({ diedAt, how, instance }) =>
        how === 'SIGTERM' ? [[instance, diedAt!]] : [],
      ),
    );
    this.#ofOne = groupBy(
      [
        ...injected.flatMap(({ from, harmless, instance, to }) =>
          instance === undefined || harmless ? [] : [{ instance, from, to }],
        ),
        ...cuts
          .filter(({ at, instance }) => !(at > (terminated.get(instance) ?? Infinity) - CLOSING_MS))
          .map(({ at, instance }) => ({ instance, from: at, to: at })),
        ...journal
          .filter((line) => line.what === 'stalled')
          .map(({ at, instance, since }) => ({ instance, from: since, to: at })),
        ...lives
          .filter(({ speed }) => speed !== 1)
          .map(({ instance }) => ({ instance, from: -Infinity, to: Infinity })),
      ],
      ({ instance }) => instance,
    );
  }

  /** Whether there were any between two instants. */
  of(instance: string, sinceAt: number, untilAt: number): boolean {
    const isThen = ({ from, to }: Time): boolean => from < untilAt && to > sinceAt;
    return this.#ofAll.some(isThen) || (this.#ofOne.get(instance) ?? []).some(isThen);
  }
}
