import { appendFileSync, openSync, readFileSync } from 'node:fs';
import { ownSettings } from './settings.js';

const { instance, journal, speed } = ownSettings();
/** So many are watched, since a process that waits for a processor sees one late. */
const STEPS = 20;

const BEAT_MS = 20;
/** Less than this says nothing: timers are a little late always. */
const STALL_MS = 50;

const file = openSync(journal, 'a');
/** When the event loop ran last, once that is watched. */
let beatAt = Infinity;

/**
 * Appends a line to this process's journal, at once: what was written outlives a SIGKILL.
 *
 * It is dated by the machine's monotonic clock, which all processes have in common and which the
 * wrong wall clocks of the battery leave alone.
 *
 * If the event loop stands still, that is noted before: its process may be killed before it ends.
 */
export function note(what: string, fields: Readonly<Record<string, unknown>> = {}): void {
  noteStall();
  append(what, fields);
}

/** Notes from now on whenever the event loop did not run for a while, for whatever reason. */
export function startHeartbeat(): void {
  beatAt = monotonicMs();
  setInterval(() => {
    const nowAt = monotonicMs();
    noteStall();
    beatAt = nowAt;
  }, BEAT_MS);
}

/** The same stall may be noted more than once: the later, the longer. */
function noteStall(): void {
  if (monotonicMs() - beatAt > STALL_MS) append('stalled', { since: beatAt });
}

function append(what: string, fields: Readonly<Record<string, unknown>>): void {
  appendFileSync(file, `${JSON.stringify({ at: monotonicMs(), instance, what, ...fields })}\n`);
}

/** Of a clock that runs at a wrong speed the true one is known by its speed, and one instant of both. */
const origin = speed === 1 ? { trueAt: 0, ownAt: 0 } : meeting();

export function monotonicMs(): number {
  return origin.trueAt + (ownMs() - origin.ownAt) / speed;
}

function ownMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

interface Meeting {
  readonly trueAt: number;
  readonly ownAt: number;
}

/** What the machine has been up for is told in steps of 10 ms, so it is exact when it is seen to change. */
function meeting(): Meeting {
  const lateness = ({ ownAt, trueAt }: Meeting): number => ownAt / speed - trueAt;
  const steps = Array.from({ length: STEPS }, nextStep);
  return steps.reduce((best, step) => (lateness(step) < lateness(best) ? step : best));
}

function nextStep(): Meeting {
  const first = uptimeMs();
  for (;;) {
    const trueAt = uptimeMs();
    if (trueAt !== first) return { trueAt, ownAt: ownMs() };
  }
}

/** Behind libfaketime's back. */
function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
}
