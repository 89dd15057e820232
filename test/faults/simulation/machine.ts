import type { Clock } from '../../../lib/core/clock.js';
import type { Chance } from './chance.js';
import type { Timeline } from './timeline.js';

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What rounding leaves of a delay. */
const NOTHING_MS = 1e-6;

/** How a machine counts time. */
export interface ClockErrors {
  /** How far its wall clock is off at first. */
  readonly offsetMs: number;
  /** How many of its milliseconds pass in a true one. */
  readonly rate: number;
}

/** `stop`: a signal, or a blocked event loop. `suspend`: the monotonic clock stands still as well. */
export type Standstill = 'stop' | 'suspend';

/**
 * One process on one machine: its clocks, its timers and its event loop. While it stands still what
 * falls due waits, and runs late and in order; once it is dead nothing of it runs again.
 */
export class Machine implements Clock {
  /** Draws an owner; told who asks for it by the world. */
  owner: () => string;
  readonly label: string;
  readonly clockErrors: ClockErrors;
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #bootedAt: number;
  #steppedMs = 0;
  #suspendedMs = 0;
  #standing: { readonly kind: Standstill; readonly since: number } | undefined;
  #excusedUntilAt = -Infinity;
  #late: { readonly isTimer: boolean; readonly run: () => void }[] = [];
  #timers = 0;
  isAlive = true;

  constructor(
    label: string,
    parts: { timeline: Timeline; chance: Chance; owner: () => string },
    clockErrors: ClockErrors,
  ) {
    this.label = label;
    this.owner = parts.owner;
    this.#timeline = parts.timeline;
    this.#chance = parts.chance;
    this.#bootedAt = parts.timeline.nowAt;
    this.clockErrors = clockErrors;
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers;
  }

  wallAt(): number {
    const { offsetMs, rate } = this.clockErrors;
    const ranMs = (this.#timeline.nowAt - this.#bootedAt) * rate;
    return Math.floor(this.#bootedAt + offsetMs + this.#steppedMs + ranMs);
  }

  monotonicAt(): number {
    const ranMs = this.#timeline.nowAt - this.#bootedAt - this.#suspendedMs;
    return ranMs * this.clockErrors.rate;
  }

  /** As Node does it: in whole milliseconds, at least one, and a little late. */
  schedule(delayMs: number, callback: () => void): () => void {
    const ms = Math.min(Math.max(Math.trunc(delayMs), 1), LONGEST_TIMER_MS);
    const dueAt = this.monotonicAt() + ms;
    let isOver = false;
    this.#timers += 1;
    const end = (): void => {
      if (!isOver) this.#timers -= 1;
      isOver = true;
    };
    const fire = (): void => {
      if (isOver) return;
      const leftMs = dueAt - this.monotonicAt();
      // It was suspended meanwhile.
      if (leftMs > NOTHING_MS) return this.#later(leftMs, fire);
      end();
      callback();
    };
    this.#later(ms, fire);
    return end;
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(delayMs, resolve));
  }

  afterTurn(callback: () => void): void {
    this.#timeline.after(0, () => this.#deliver(false, callback));
  }

  random(): number {
    return this.#chance.next();
  }

  /** Something from outside reaches the event loop at a true instant. */
  receive(at: number, run: () => void): void {
    this.#timeline.at(at, () => this.#deliver(false, run));
  }

  /** Sets the wall clock. */
  step(ms: number): void {
    this.#steppedMs += ms;
  }

  standStill(kind: Standstill, forMs: number): void {
    if (this.#standing || !this.isAlive) return;
    const since = this.#timeline.nowAt;
    this.#standing = { kind, since };
    const noticeMs = 5 + (kind === 'suspend' ? 1005 / this.clockErrors.rate : 0);
    // It may not yet have noticed the one before.
    this.#excusedUntilAt = Math.max(this.#excusedUntilAt, since + forMs + noticeMs);
    this.#timeline.after(forMs, () => this.#goOn());
  }

  get isStanding(): boolean {
    return this.#standing !== undefined;
  }

  /** Its processes are gone, and with them all that they were about to do. */
  die(): void {
    this.isAlive = false;
    this.#late = [];
  }

  /**
   * Until when it cannot have noticed that time went by. A process that was stopped finds its timers
   * due at once; after a suspend it looks at the wall clock within a second of its own.
   */
  get excusedUntilAt(): number {
    return this.#excusedUntilAt;
  }

  #later(ms: number, fire: () => void): void {
    const lateMs = this.#chance.next();
    this.#timeline.after(ms / this.clockErrors.rate + lateMs, () => this.#deliver(true, fire));
  }

  #deliver(isTimer: boolean, run: () => void): void {
    if (!this.isAlive) return;
    if (this.#standing) this.#late.push({ isTimer, run });
    else run();
  }

  #goOn(): void {
    const { kind, since } = this.#standing!;
    if (kind === 'suspend') this.#suspendedMs += this.#timeline.nowAt - since;
    this.#standing = undefined;
    const late = this.#late;
    this.#late = [];
    // An event loop that was held runs its timers first, unless it had read its sockets before.
    if (this.#chance.roll(0.7)) late.sort((a, b) => Number(b.isTimer) - Number(a.isTimer));
    for (const { isTimer, run } of late) {
      this.#timeline.after(0, () => this.#deliver(isTimer, run));
    }
  }
}
