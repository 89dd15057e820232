import type { Clock } from '../../lib/core/clock.js';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs = Date.UTC(2030, 0, 1);
  #owners = 0;
  readonly #timers = new Set<Timer>();

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  wallAt(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicAt(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + Math.max(delayMs, 0), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(delayMs, resolve));
  }

  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  random(): number {
    return 0.5;
  }

  owner(): string {
    this.#owners += 1;
    return `owner-${this.#owners}`;
  }

  /** Moves both clocks, and runs what falls due on the way, in order. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.#monotonicMs = Math.max(next.atMs, this.#monotonicMs);
      next.callback();
      await settled();
    }
    this.#monotonicMs = untilMs;
    await settled();
  }

  /** The event loop is blocked: time passes, and no timer fires before the end. */
  block(ms: number): void {
    this.#monotonicMs += ms;
  }

  /** Sets the wall clock alone, as NTP, a user or the end of a suspend does. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (!first || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}

/** Lets everything go on that waits for nothing but the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
