// By name and not from the global scope, where test frameworks put timers that stand still.
import { setImmediate } from 'node:timers';
import type { Clock } from '../core/clock.js';
import { InvalidOptionError } from '../core/errors.js';
import type { Duration } from '../nest/duration.js';
import { settled } from './settled.js';
import { shiftMs, spanMs } from './spans.js';
import { PendingError, RestlessError } from './testing.errors.js';

/**
 * Ahead of every machine, so that the fire of a real cron, which the machine's own clock labels, is
 * never refused for being ahead of this one.
 */
const FIRST_INSTANT = '2100-01-01T00:00:00Z';
/** Thousands of statements in a row; what goes on for longer does not end. */
const MOST_ROUNDS = 10_000;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Leases, renewals, deadlines and waits run on it;
 * the timers of the application's own code do not, unless they use it too.
 *
 * @example
 * const fleet = new TestFleet();
 * await fleet.clock.advance('5m');
 *
 * @example
 * // A dependency that takes its time, without the test taking it.
 * const supplier = { fetch: () => fleet.clock.pause('3m') };
 */
export class VirtualClock implements Clock {
  readonly #originAt: number;
  /** How far the wall clock was set off. */
  #steppedMs = 0;
  #monotonicAt = 0;
  #owners = 0;
  #turns = 0;
  #advancing: Promise<void> = Promise.resolve();
  readonly #timers = new Set<Timer>();

  /**
   * @param now what the wall clock shows at first; by default the beginning of the year 2100
   * @throws {InvalidOptionError} if that is no date
   */
  constructor(now: Date | number | string = FIRST_INSTANT) {
    this.#originAt = new Date(now).getTime();
    if (Number.isNaN(this.#originAt)) {
      throw new InvalidOptionError(
        `A clock cannot begin at ${String(now)}: give a Date, epoch milliseconds, or a string such ` +
          `as '2026-03-29T00:59:00Z'.`,
      );
    }
  }

  /** What the wall clock shows. */
  get now(): Date {
    return new Date(this.wallAt());
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** What the wall clock shows, in epoch milliseconds: whole ones, as every wall clock does. */
  wallAt(): number {
    return Math.floor(this.#originAt + this.#steppedMs + this.#monotonicAt);
  }

  /** How long it has run, in milliseconds. */
  monotonicAt(): number {
    return this.#monotonicAt;
  }

  /** Calls back once the clock has been advanced by so much; returns the cancellation. */
  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#monotonicAt + Math.max(delayMs, 0), callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Resolves when the clock has been advanced by so much.
   *
   * @throws {InvalidOptionError} if it cannot be read, or is negative
   */
  async pause(duration: Duration): Promise<void> {
    const delayMs = spanMs('pause for', duration);
    await new Promise<void>((resolve) => void this.schedule(delayMs, resolve));
  }

  /** Calls back once this turn of the event loop has run its callbacks. */
  afterTurn(callback: () => void): void {
    this.#turns += 1;
    setImmediate(callback);
  }

  /** No chance: the middle of what is possible. */
  random(): number {
    return 0.5;
  }

  /** No secret: who reads a test's output shall tell owners apart. */
  owner(): string {
    this.#owners += 1;
    return `owner-${this.#owners}`;
  }

  /**
   * Lets time pass: the renewals, deadlines and waits that fall due on the way run in their order,
   * and what they set off runs before the next one. It waits for no input or output.
   *
   * @param duration whole milliseconds, or a string such as `'5m'`; calls made at the same time add up
   * @throws {InvalidOptionError} if it cannot be read, or is negative
   * @throws {RestlessError} if something goes on for ever without letting time pass
   *
   * @example
   * await fleet.hold('report', { ttl: '10m' });
   * await fleet.clock.advance('10m');
   * await fleet.locks('api-2').acquire('report'); // free again
   */
  async advance(duration: Duration): Promise<void> {
    const ms = spanMs('advance by', duration);
    return this.#inTurn(() => this.#advanceTo(this.#monotonicAt + ms));
  }

  /**
   * Lets as much time pass as a promise needs to settle, from one timer to the next.
   *
   * @param work what to wait for
   * @param atMost after how much time to give up, by default a day
   * @returns what `work` returns
   * @throws what `work` throws
   * @throws {PendingError} if it is pending still
   * @throws {InvalidOptionError} if `atMost` cannot be read, or is negative
   * @throws {RestlessError} if something goes on for ever without letting time pass
   *
   * @example
   * await fleet.clock.advanceUntil(tasks.sync());
   */
  async advanceUntil<T>(work: Promise<T>, atMost: Duration = '1d'): Promise<T> {
    const giveUpAt = this.#monotonicAt + spanMs('advance by', atMost);
    let isPending = true;
    const settle = (): void => void (isPending = false);
    work.then(settle, settle);
    await this.settled();
    while (isPending && this.#timers.size > 0) {
      const nextAt = Math.max(this.#next(Infinity)?.at ?? 0, this.#monotonicAt);
      if (nextAt > giveUpAt) throw new PendingError(atMost);
      await this.#inTurn(() => this.#advanceTo(nextAt));
    }
    return work;
  }

  /**
   * Lets everything go on that needs no time to pass, such as a call that was started and is not
   * awaited.
   *
   * @throws {RestlessError} if something goes on for ever without letting time pass
   *
   * @example
   * const running = tasks.sync();
   * await fleet.clock.settled(); // it is in its body now
   */
  async settled(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const turns = this.#turns;
      await settled();
      if (this.#turns === turns) return;
    }
    throw new RestlessError();
  }

  /**
   * Blocks the event loop, or stops the process: time passes, and no timer runs before the next
   * {@link advance}.
   *
   * @throws {InvalidOptionError} if it cannot be read, or is negative
   *
   * @example
   * fleet.clock.block('15m');        // longer than the ttl
   * await fleet.clock.advance(0);    // now the holder notices
   */
  block(duration: Duration): void {
    this.#monotonicAt += spanMs('block for', duration);
  }

  /**
   * Sets the wall clock alone, as NTP, a person or the end of a suspend does. It is the clock of the
   * store as well.
   *
   * @param duration forward, or with a minus sign backward
   * @throws {InvalidOptionError} if it cannot be read
   *
   * @example
   * fleet.clock.stepWall('-1h');
   */
  stepWall(duration: Duration): void {
    this.#steppedMs += shiftMs('set the wall clock by', duration);
  }

  /** Two that move the clock at the same time would set it back. */
  async #inTurn(move: () => Promise<void>): Promise<void> {
    const moved = this.#advancing.then(move);
    this.#advancing = moved.catch(() => {});
    return moved;
  }

  async #advanceTo(untilAt: number): Promise<void> {
    await this.settled();
    let standing = 0;
    for (let timer = this.#next(untilAt); timer; timer = this.#next(untilAt)) {
      standing = timer.at > this.#monotonicAt ? 0 : standing + 1;
      if (standing > MOST_ROUNDS) throw new RestlessError();
      // After a block it is late, and time does not run backwards.
      this.#monotonicAt = Math.max(timer.at, this.#monotonicAt);
      this.#run(timer);
      await this.settled();
    }
    this.#monotonicAt = Math.max(untilAt, this.#monotonicAt);
    await this.settled();
  }

  #run(timer: Timer): void {
    this.#timers.delete(timer);
    timer.callback();
  }

  #next(untilAt: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= untilAt && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
