// By name and not from the global scope, where test frameworks put timers that stand still.
import { setImmediate } from 'node:timers';

/** What one thing sets off at once (an answer, a signal, an event of a stream) is over by then. */
const TURNS = 5;

/** Lets everything go on that waits for nothing but the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
