import type { Clock } from './clock.js';
import { LockStoreError } from './errors.js';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * Makes a call again while its error says that it can succeed a moment later, until `boundMs` have
 * passed. Every verb of the port is safe to repeat with the same owner, so an outcome that nobody
 * knows is no reason to stop.
 *
 * @param onFailure is told of each; what it throws ends the tries
 */
export async function retrying<T>(
  clock: Clock,
  boundMs: number,
  call: () => Promise<T>,
  onFailure: (error: LockStoreError) => void = () => {},
): Promise<T> {
  const giveUpAt = clock.monotonicAt() + boundMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof LockStoreError)) throw error;
      onFailure(error);
      const pauseMs = jittered(clock, Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS));
      if (!error.retryable || clock.monotonicAt() + pauseMs >= giveUpAt) throw error;
      await clock.pause(pauseMs);
    }
  }
}

/** Half to all of a pause: instances that failed together shall not come back together. */
export function jittered(clock: Clock, pauseMs: number): number {
  return pauseMs * (0.5 + clock.random() / 2);
}
