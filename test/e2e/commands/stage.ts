import { asked } from '../support/parent.js';

// Whoever listens to the test is kept alive by it, and a command is to end by itself.
process.channel?.unref();

/** The test's next message of a type, for which the process stays alive. */
export async function askedAlive(type: string): Promise<void> {
  process.channel?.ref();
  await asked(type);
  process.channel?.unref();
}
