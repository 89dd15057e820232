import type { LockStoreError } from './errors.js';
import type { Holder, SkipReason } from './run-result.js';

/**
 * Sees what happens to runs and leases. Every method is optional and is given one plain object.
 *
 * An observer sees; it changes nothing. It is never awaited on the path of a run, and what it
 * throws harms neither the run nor the other observers.
 */
export interface RunObserver {
  /** A name is about to be asked for. */
  onAttempted?(event: AttemptedEvent): void;
  /** A body did not run. */
  onSkipped?(event: SkippedEvent): void;
  /** A call was rejected before its body was started: the database failed, or its caller gave up. */
  onRejected?(event: RejectedEvent): void;
  /** A lease was granted, and its body starts. */
  onStarted?(event: LeaseEvent): void;
  /** A body ended. */
  onFinished?(event: FinishedEvent): void;
  /** A lease was renewed. */
  onRenewed?(event: RenewedEvent): void;
  /** A body ran for longer than its `maxRuntime`: its signal was aborted. */
  onOverran?(event: OverranEvent): void;
  /** A lease ended before its holder was done. */
  onLost?(event: LostEvent): void;
  /** A lease was given back. */
  onReleased?(event: LeaseEvent): void;
  /** Somebody took a name from its holder by `LockService.forceRelease()`, in this process. */
  onForceReleased?(event: ForceReleasedEvent): void;
  /** A call to the database failed. It may yet be repeated. */
  onStoreError?(event: StoreErrorEvent): void;
}

export interface AttemptedEvent {
  readonly name: string;
  /** This process's label. */
  readonly instance: string;
  /** The nominal fire time of the cron, where the call comes from one. */
  readonly tick?: Date | undefined;
}

export interface SkippedEvent extends AttemptedEvent {
  readonly reason: SkipReason;
  readonly holder?: Holder | undefined;
}

export interface RejectedEvent extends AttemptedEvent {
  /** A `LockStoreError`, or the reason of the caller's signal. */
  readonly error: unknown;
}

export interface LeaseEvent {
  readonly name: string;
  readonly instance: string;
  readonly fence: number;
}

export interface FinishedEvent extends LeaseEvent {
  /** `aborted` if the signal had fired before, whether the body then returned or threw. */
  readonly outcome: 'succeeded' | 'failed' | 'aborted';
  /** Whether its lease had ended before, so that another run may have overlapped with it. */
  readonly lost: boolean;
  readonly durationMs: number;
  /** What the body threw. */
  readonly error?: unknown;
}

export interface RenewedEvent extends LeaseEvent {
  readonly expiresAt: Date;
}

export interface OverranEvent extends LeaseEvent {
  readonly maxRuntimeMs: number;
}

export interface LostEvent extends LeaseEvent {
  /**
   * `refused`: by the database, at a renewal, a release or in a transaction. `deadline`: it could
   * not be renewed in time. `not-renewed`: its ttl ended, with `renew: false`. `max-runtime`: its
   * ttl ended after its body had overrun.
   */
  readonly cause: 'refused' | 'deadline' | 'not-renewed' | 'max-runtime';
  /** Since the last renewal that succeeded, or since the grant. */
  readonly sinceRenewalMs: number;
  /** For how long the event loop was blocked just before, as far as it was seen. */
  readonly blockedMs: number;
}

export interface ForceReleasedEvent {
  readonly name: string;
  /** The label of the process that did it. */
  readonly instance: string;
  /** Whose grant was ended. */
  readonly holder: Holder;
  /** Why, in the words of whoever did it. */
  readonly reason: string;
}

export interface StoreErrorEvent {
  readonly name: string;
  readonly instance: string;
  readonly operation: 'acquire' | 'renew' | 'release';
  readonly error: LockStoreError;
}
