/**
 * Why a call's body did not run.
 *
 * - `held`: another holder has the name.
 * - `tick-taken`: this tick of the cron was started before, here or elsewhere. Beats `held`.
 * - `hold-at-least`: the last run is over, but keeps the name for its `holdAtLeast`.
 * - `clock-skew`: this machine's clock is too far ahead of the database's for its tick to count.
 * - `closing`: the application is shutting down.
 * - `store-error`: the database failed, and `onStoreError: 'skip'` makes a skip of that.
 */
export type SkipReason =
  'held' | 'tick-taken' | 'hold-at-least' | 'clock-skew' | 'closing' | 'store-error';

/** Who has a name, as the database told in the same statement that refused it. */
export interface Holder {
  /** The holder's label: host and process, unless the application set another. */
  readonly instance: string;
  /** The fence of its grant. */
  readonly fence: number;
  /** When it was granted, by the database's clock. */
  readonly acquiredAt: Date;
  /** Until when it is granted, if it is not renewed or released. */
  readonly expiresAt: Date;
}

/** What became of a call: its body ran to its end, or was skipped. */
export type RunResult<T> = CompletedRun<T> | SkippedRun;

/** The body ran, and returned. (What a body throws is thrown on, as it is.) */
export interface CompletedRun<T> {
  readonly outcome: 'completed';
  /** What the body returned. */
  readonly value: T;
  /** The number of the grant it ran under. */
  readonly fence: number;
  /** Whether the lease ended before the body did, so that another run may have overlapped with it. */
  readonly lost: boolean;
}

/** The body did not run. */
export interface SkippedRun {
  readonly outcome: 'skipped';
  readonly reason: SkipReason;
  readonly holder?: Holder | undefined;
}
