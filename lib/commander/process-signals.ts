import { constants } from 'node:os';
import { CommandStoppedError } from './commander.errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Between two keystrokes of a person there is more. */
const ECHO_MS = 200;

interface Told {
  readonly signal: NodeJS.Signals;
  /** By the monotonic clock. */
  readonly at: number;
}

/**
 * Runs `task` with a signal that SIGTERM and Ctrl-C abort, with a `CommandStoppedError`. The process
 * then ends with 128 and the signal's number, as a shell tells it. Whatever the task does, a second
 * signal ends the process at once.
 *
 * @param onStop is told of the first
 */
export async function duringSignals(
  task: (signal: AbortSignal) => Promise<void>,
  onStop: (signal: NodeJS.Signals) => void,
): Promise<void> {
  const stop = new AbortController();
  let first: Told | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    const told = { signal, at: performance.now() };
    if (first) {
      if (!isEcho(told, first)) process.exit(exitCodeOf(signal));
      return;
    }
    first = told;
    endWith(exitCodeOf(signal));
    onStop(signal);
    stop.abort(new CommandStoppedError(signal));
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  try {
    await task(stop.signal);
  } finally {
    // Once stopped it goes on listening: what is closed after the task may hang as well.
    if (!first) for (const signal of SIGNALS) process.off(signal, listener);
  }
}

/** A terminal tells Ctrl-C to npm and to us, and npm tells us again. */
function isEcho(told: Told, first: Told): boolean {
  return told.signal === 'SIGINT' && first.signal === 'SIGINT' && told.at - first.at < ECHO_MS;
}

/** Whoever ends the process: it may run out of work, or Nest's shutdown hooks may exit with 0. */
function endWith(exitCode: number): void {
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = exitCode;
  });
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
