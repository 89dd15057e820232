import { setTimeout } from 'node:timers/promises';

/** Waits, but not beyond the signal. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
