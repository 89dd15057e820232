import type { Chance } from './chance.js';

/** What one world is like: drawn from its seed before it begins. */
export interface Weather {
  /** Nothing goes wrong: whatever is lost then is lost by our own doing. */
  readonly isCalm: boolean;
  /** Clocks run at rates for which nobody has made room, so P6 and overlaps are not judged. */
  readonly isWild: boolean;
  readonly instances: number;
  readonly names: readonly string[];
  readonly ttlMs: number;
  /** For how long calls and faults are made. */
  readonly activeMs: number;
  readonly calls: number;
  /** Crons fire that often; `undefined` if there are none. */
  readonly periodMs: number | undefined;
  readonly clocks: { readonly offsetMs: number; readonly drift: number };
  readonly network: NetworkWeather;
  /** How often each is done. */
  readonly faults: FaultCounts;
}

export interface NetworkWeather {
  readonly latencyMs: number;
  /** The chance that a message takes up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
  readonly loseRequest: number;
  readonly loseReply: number;
  /** The chance that a request arrives again, up to `repeatMs` later. */
  readonly repeat: number;
  readonly repeatMs: number;
  /** The connection breaks in the middle of a batch: some of it was done. */
  readonly reset: number;
  readonly unsent: number;
  readonly refuse: number;
}

interface FaultCounts {
  readonly stop: number;
  readonly suspend: number;
  readonly crash: number;
  readonly shutdown: number;
  readonly outage: number;
  readonly rowLock: number;
  readonly forceRelease: number;
  readonly clockStep: number;
}

export type FaultKind = keyof FaultCounts;

const NAMES = ['a', 'b', 'c', 'd'];
const TTLS = [100, 150, 300, 500, 1000, 2000, 5000] as const;

export function weatherOf(chance: Chance): Weather {
  const isCalm = chance.roll(0.1);
  // So far off that P6 and overlaps are not judged: the others must hold even so.
  const isWild = !isCalm && chance.roll(0.08);
  const ttlMs = chance.pick(TTLS);
  const activeMs = Math.min(Math.max(ttlMs * 6, 1500), 6000);
  const maybe = (most: number): number =>
    isCalm || chance.roll(0.6) ? 0 : chance.between(0, most);
  const count = (most: number, odds = 0.35): number =>
    !isCalm && chance.roll(odds) ? chance.whole(1, most) : 0;
  // With both at once nothing could tell a machine how long it slept.
  const mayStepClocks = chance.roll(0.5);
  return {
    isCalm,
    isWild,
    instances: chance.whole(2, 4),
    names: NAMES.slice(0, chance.whole(1, 3)),
    ttlMs,
    activeMs,
    calls: chance.whole(6, 12),
    periodMs: chance.roll(0.2) ? chance.pick([500, 1000, 2000]) : undefined,
    clocks: {
      offsetMs: chance.pick([0, 20, 600, 3000, 7_200_000]),
      drift: isWild ? 0.7 : chance.pick([0, 0.01, 0.15]),
    },
    network: {
      latencyMs: chance.pick([0.5, 2, 8]),
      slow: maybe(0.3),
      slowMs: ttlMs * chance.between(0.3, 3),
      loseRequest: maybe(0.15),
      loseReply: maybe(0.2),
      repeat: maybe(0.3),
      repeatMs: ttlMs * chance.between(0.5, 6),
      reset: maybe(0.15),
      unsent: maybe(0.15),
      refuse: maybe(0.2),
    },
    faults: {
      stop: count(4),
      suspend: mayStepClocks ? 0 : count(3, 0.4),
      crash: count(3),
      shutdown: count(2),
      outage: count(2),
      rowLock: count(4),
      forceRelease: count(3, 0.25),
      clockStep: mayStepClocks ? count(4, 0.6) : 0,
    },
  };
}
