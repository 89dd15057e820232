import type { ReleaseAnswer } from './lock-store.js';

/**
 * One grant of a name to one holder, valid until `expiresAt` on the database's clock.
 *
 * @example
 * await using lease = await locks.acquire('report', '5m');
 * if (!lease) return;                       // somebody else has it
 * await fetch(url, { signal: lease.signal });
 */
export interface Lease extends AsyncDisposable {
  /** What is locked. */
  readonly name: string;
  /** The number of this grant: higher than that of every earlier grant of the name. */
  readonly fence: number;
  /** When it was granted, by the database's clock. */
  readonly acquiredAt: Date;
  /** Until when it is granted, by the database's clock. Moves with each renewal. */
  readonly expiresAt: Date;
  /**
   * Fires before the lease ends early, and when the application shuts down. Pass it on to what the
   * body calls. The reason is a `LeaseLostError` or a `MarathonClosingError`.
   */
  readonly signal: AbortSignal;
  /**
   * Gives the lease a new ttl, counted from now. It never ends sooner than it would have.
   *
   * @param ttl whole milliseconds, or a string such as `'90s'`; 100 ms to 24 days
   * @throws {LeaseLostError} if it is lost, or released
   * @throws {LockStoreError} if the database failed; the lease stands as it was
   */
  extend(ttl: number | string): Promise<void>;
  /**
   * Gives the name back. Safe to repeat.
   *
   * @returns `lost` if the lease had ended before
   * @throws {LockStoreError} if the database failed; call again, or let it expire
   */
  release(): Promise<ReleaseAnswer>;
  /** Releases. A failing database is told to the observers, and never masks what the block threw. */
  [Symbol.asyncDispose](): Promise<void>;
}
