import { inspect } from 'node:util';
import { quoted } from '../core/errors.js';
import type {
  FinishedEvent,
  ForceReleasedEvent,
  LeaseEvent,
  LostEvent,
  OverranEvent,
  RunObserver,
  SkippedEvent,
} from '../core/run-observer.js';
import { MarathonObserver } from '../nest/marathon-observer.decorator.js';
import type { VirtualClock } from './virtual-clock.js';

/** A body that was started under a lease. */
export interface RecordedRun extends LeaseEvent {
  /** Whether the lease ended before the body did. */
  lost: boolean;
}

interface Line {
  readonly name: string;
  readonly text: string;
}

/** Keeps what happened on all instances of a fleet. */
@MarathonObserver()
export class RunRecorder implements RunObserver {
  readonly #clock: VirtualClock;
  readonly #startedAt: number;
  readonly #runs: RecordedRun[] = [];
  readonly #lines: Line[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonicAt();
  }

  runsOf(name: string): readonly RecordedRun[] {
    return this.#runs.filter((run) => run.name === name);
  }

  /** What happened to a name, a line an event, in its order. */
  linesOf(name: string): readonly string[] {
    return this.#lines.filter((line) => line.name === name).map(({ text }) => text);
  }

  /** All names that something happened to. */
  get names(): readonly string[] {
    return [...new Set(this.#lines.map(({ name }) => name))];
  }

  onStarted({ name, instance, fence }: LeaseEvent): void {
    this.#runs.push({ name, instance, fence, lost: false });
    this.#note({ name, instance }, `started (fence ${fence})`);
  }

  onFinished(event: FinishedEvent): void {
    const { fence, outcome, durationMs, error } = event;
    const why =
      error === undefined ? '' : `: ${error instanceof Error ? String(error) : inspect(error)}`;
    this.#note(event, `${outcome} after ${durationMs} ms (fence ${fence})${why}`);
  }

  onSkipped(event: SkippedEvent): void {
    const { reason, holder } = event;
    const by = holder ? `, by ${holder.instance} (fence ${holder.fence})` : '';
    this.#note(event, `skipped: ${reason}${by}`);
  }

  onLost(event: LostEvent): void {
    const run = this.#runs.find(({ name, fence }) => name === event.name && fence === event.fence);
    if (run) run.lost = true;
    this.#note(event, `lost its lease: ${event.cause} (fence ${event.fence})`);
  }

  onOverran(event: OverranEvent): void {
    this.#note(event, `overran its maxRuntime of ${event.maxRuntimeMs} ms (fence ${event.fence})`);
  }

  onForceReleased(event: ForceReleasedEvent): void {
    const { holder, reason } = event;
    this.#note(event, `took it by force from ${holder.instance}: ${quoted(reason)}`);
  }

  #note({ name, instance }: { name: string; instance: string }, what: string): void {
    const atMs = Math.round(this.#clock.monotonicAt() - this.#startedAt);
    this.#lines.push({ name, text: `+${atMs} ms  ${instance}  ${what}` });
  }
}
