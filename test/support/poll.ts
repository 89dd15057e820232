import { setTimeout as pause } from 'node:timers/promises';

/** How long a test waits for something before it says that it does not come. */
const PATIENCE_MS = 15_000;

/** Asks again and again until the answer is there (not undefined, not false). */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false>,
  everyMs = 10,
): Promise<Answer> {
  const givenUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > givenUpAt) throw new Error(`Waited in vain until ${what}.`);
    await pause(everyMs);
  }
}
