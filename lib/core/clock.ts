import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

/**
 * Time, timers and chance as the core sees them. They come from outside, so that a test or a
 * simulation can drive every one of them.
 */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. It may jump. */
  wallAt(): number;
  /** Milliseconds that never run backwards. They may stand still while the machine is suspended. */
  monotonicAt(): number;
  /** Calls back once after `delayMs` without keeping the process alive; returns the cancellation. */
  schedule(delayMs: number, callback: () => void): () => void;
  /** Resolves after `delayMs`. Keeps the process alive, since somebody is waiting. */
  pause(delayMs: number): Promise<void>;
  /** Calls back once this turn of the event loop has run its callbacks. */
  afterTurn(callback: () => void): void;
  /** A number in [0, 1), for jitter. */
  random(): number;
  /** A fresh owner: unguessable, since whoever knows it may release the lease. */
  owner(): string;
}

/** An instant by both clocks, because neither alone tells how much time has passed. */
export interface Instant {
  readonly wallAt: number;
  readonly monotonicAt: number;
}

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  wallAt: () => Date.now(),
  monotonicAt: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS)).unref();
    return () => clearTimeout(timer);
  },
  pause: (delayMs) => new Promise((resolve) => void setTimeout(resolve, delayMs)),
  afterTurn: (callback) => void setImmediate(callback),
  random: () => Math.random(),
  owner: () => randomUUID(),
};

export function instantOf(clock: Clock): Instant {
  return { wallAt: clock.wallAt(), monotonicAt: clock.monotonicAt() };
}

/**
 * How long ago an instant was, by whichever clock says longer: the monotonic one stops in a
 * suspend, the wall clock can be set back. For a lease the longer answer is the safe one.
 */
export function elapsedMs(clock: Clock, since: Instant): number {
  return Math.max(clock.wallAt() - since.wallAt, clock.monotonicAt() - since.monotonicAt);
}
