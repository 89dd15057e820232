import { setTimeout as pause } from 'node:timers/promises';

/** Far longer than any server needs to come back. */
const PATIENCE_MS = 60_000;

/** Tries until it succeeds. What ends a fault must not fail because another one still lasts. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  const givenUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > givenUpAt) throw error;
      await pause(20);
    }
  }
}
