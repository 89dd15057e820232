import { rm } from 'node:fs/promises';
import { describeWith } from './describe-with.js';
import { locate } from './resources.js';

/**
 * The environment that gives a process a wrong clock, by libfaketime: seconds ahead (or behind,
 * if negative), or a specification such as `'+2h'` or `'-3s x1.1'`. Only the wall clock is
 * shifted. SQLite runs inside of its process, so there the database's clock is shifted too.
 */
export function faketime(shift: number | string): Record<string, string> {
  return {
    LD_PRELOAD: locate('faketime'),
    FAKETIME: typeof shift === 'string' ? shift : `${shift < 0 ? '' : '+'}${shift}s`,
    // Timers run on the monotonic clock: shifted, they would fire at once or never.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1', // its name before libfaketime 0.9.9
  };
}

/**
 * A killed process leaves libfaketime's shared memory behind, and a later one that happens to get
 * the same process id could not start.
 */
export async function forgetFaketime(pid: number): Promise<void> {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
    await rm(`/dev/shm/${name}`, { force: true });
  }
}

/** describe(), skipped visibly where libfaketime cannot be had. */
export function describeWithFaketime(title: string, suite: () => void): void {
  describeWith('faketime', title, suite);
}
