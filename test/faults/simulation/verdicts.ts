import type { Timeline } from './timeline.js';

/** What can be broken: the promises of the design, and what else the core's words amount to. */
export const PROMISES = {
  P1: 'no grant while an earlier one is unexpired',
  P2: 'fences rise',
  P3: 'no fenced write commits after a newer grant',
  P4: 'taken over within ttl of the last statement of the dead',
  P5: 'at most one start per name and tick, and none far ahead of its time',
  P6: 'the signal fires before the lease ends, and at once when the store says that it has',
  overlap: 'no two bodies, unless the older one was told to stop or stood still',
  result: 'what a call tells is what happened',
  lease: 'what a lease and the observers tell is what happened',
  closing: 'nothing starts once the shutdown has begun, and it ends in time',
  settles: 'every call comes to its end',
  liveness: 'a free name is granted, and nothing is lost without a fault',
  rejections: 'no rejection is left alone: it would end the process',
  leftovers: 'no timer and no grant is left over',
  batch: 'a name stands once in a batch: a database decides it once',
  memory: 'the memory store answers as the model does',
} as const;

/**
 * These are decided by the world's store alone, which is test code: no change of the core can break
 * them. They say that the world under which the core was judged was such as the contract has it.
 */
export const ASSUMED: ReadonlySet<Promised> = new Set(['P1', 'P2', 'P3', 'P4']);

export type Promised = keyof typeof PROMISES;

export interface Violation {
  readonly seed: number;
  readonly promise: Promised;
  /** Virtual milliseconds since the beginning. */
  readonly at: number;
  readonly what: string;
}

/** Where the oracles of one world put what they find, and where all tell what happens. */
export class Verdicts {
  readonly violations: Violation[] = [];
  /** How often there was something to judge. */
  readonly judged: Record<Promised, number> = noneOfEach();
  /** Undefined unless somebody reads it: `trace?.()` costs nothing then. */
  readonly trace: ((who: string, what: string) => void) | undefined;
  readonly #seed: number;
  readonly #timeline: Timeline;
  readonly #beganAt: number;

  constructor(seed: number, timeline: Timeline, line: ((text: string) => void) | undefined) {
    this.#seed = seed;
    this.#timeline = timeline;
    this.#beganAt = timeline.nowAt;
    this.trace =
      line &&
      ((who, what) =>
        line(`${this.#passedMs().toFixed(1).padStart(10)}  ${who.padEnd(8)} ${what}`));
  }

  judges(promise: Promised): void {
    this.judged[promise] += 1;
  }

  broken(promise: Promised, what: string): void {
    this.trace?.('JUDGE', `${promise} IS BROKEN: ${what}`);
    this.violations.push({ seed: this.#seed, promise, at: this.#passedMs(), what });
  }

  #passedMs(): number {
    return this.#timeline.nowAt - this.#beganAt;
  }
}

export function noneOfEach(): Record<Promised, number> {
  const none = Object.keys(PROMISES).map((promise) => [promise, 0]);
  return Object.fromEntries(none) as Record<Promised, number>;
}
