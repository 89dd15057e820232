import type { Clock } from './clock.js';
import { jittered } from './retry.js';

/** A short body is over by then. */
const FIRST_PAUSE_MS = 5;
/** So late at most is a free name noticed, and so seldom is the store asked in a long wait. */
const LONGEST_PAUSE_MS = 250;
const PAUSE_GROWTH = 1.5;

/** For what and how long a caller waits. */
export interface Wait {
  readonly name: string;
  /** By the monotonic clock. */
  readonly untilAt: number;
  /** Ends the wait early. */
  readonly signal: AbortSignal | undefined;
}

/**
 * The calls of one instance that wait for a name, in the order in which they came. The first of a
 * name's queue asks the store again and again, the others wait until they are first: 64 calls cost
 * no more statements than one, and each comes to its turn. Between instances chance decides.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #queues = new Map<string, Waiter[]>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks until the answer is final, or the time is over. Then it asks a last time, so that the
   * answer is true of that moment. Whoever finds nobody waiting asks at once.
   *
   * @returns the last answer, or `undefined` if the wait was ended early
   */
  async poll<Answer>(
    { name, untilAt, signal }: Wait,
    ask: () => Promise<Answer>,
    isFinal: (answer: Answer) => boolean,
  ): Promise<Answer | undefined> {
    const clock = this.#clock;
    const waiter = new Waiter(clock);
    const queue = this.#join(name, waiter);
    const nudge = (): void => waiter.nudge();
    const isEnded = (): boolean => this.#closed || signal?.aborted === true;
    const leftMs = (): number => (isEnded() ? 0 : untilAt - clock.monotonicAt());
    signal?.addEventListener('abort', nudge);
    try {
      let pauseMs = queue[0] === waiter ? 0 : FIRST_PAUSE_MS;
      while (queue[0] !== waiter && leftMs() > 0) await waiter.sleep(leftMs());
      for (; ; pauseMs = Math.max(pauseMs * PAUSE_GROWTH, FIRST_PAUSE_MS)) {
        const napMs = jittered(clock, Math.min(pauseMs, LONGEST_PAUSE_MS));
        await waiter.pause(Math.min(napMs, leftMs()));
        if (isEnded()) return undefined;
        const isOver = leftMs() <= 0;
        const answer = await ask();
        if (isOver || isFinal(answer)) return answer;
      }
    } finally {
      signal?.removeEventListener('abort', nudge);
      this.#leave(name, queue, waiter);
    }
  }

  /** This instance gave the name back: its first waiter need not pause any longer. */
  free(name: string): void {
    this.#queues.get(name)?.[0]?.nudge();
  }

  /** Ends all waits. */
  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) for (const waiter of queue) waiter.nudge();
  }

  #join(name: string, waiter: Waiter): Waiter[] {
    const queue = this.#queues.get(name) ?? [];
    queue.push(waiter);
    this.#queues.set(name, queue);
    return queue;
  }

  #leave(name: string, queue: Waiter[], waiter: Waiter): void {
    const place = queue.indexOf(waiter);
    queue.splice(place, 1);
    if (queue.length === 0) this.#queues.delete(name);
    else if (place === 0) queue[0]!.nudge();
  }
}

class Waiter {
  readonly #clock: Clock;
  #isNudged = false;
  #wake = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the present pause, or if there is none, the next one. */
  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  /** Keeps the process alive, as a timer of a caller would that waits. */
  async pause(ms: number): Promise<void> {
    if (ms > 0) await this.#orNudge(this.#clock.pause(ms));
  }

  /** Keeps nothing alive: whoever is first in the queue does that. */
  async sleep(ms: number): Promise<void> {
    let cancel = (): void => {};
    const over = new Promise<void>((resolve) => (cancel = this.#clock.schedule(ms, resolve)));
    await this.#orNudge(over).finally(cancel);
  }

  async #orNudge(over: Promise<void>): Promise<void> {
    const nudged = new Promise<void>((resolve) => (this.#wake = resolve));
    if (!this.#isNudged) await Promise.race([over, nudged]);
    this.#isNudged = false;
  }
}
