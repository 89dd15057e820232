import { lockRequest, type LockRequest } from '../core/lock-request.js';
import { durationMs, type Duration } from './duration.js';
import type { Tick } from './tick-label.js';

/** How a name is taken and held. */
export interface LockOptions {
  /**
   * The lease: how long after its holder's death the name stays taken. 100 ms to 24 days.
   *
   * @defaultValue the module's `defaultTtl`
   */
  readonly ttl?: Duration | undefined;
  /**
   * Whether the lease is renewed while it is held. With `false` its signal fires at four fifths of
   * the ttl.
   *
   * @defaultValue `true`
   */
  readonly renew?: boolean | undefined;
  /**
   * Keeps the name taken for at least this long after it was acquired, however short the body is.
   * At most the ttl.
   *
   * @defaultValue `0`
   */
  readonly holdAtLeast?: Duration | undefined;
  /**
   * After this long, counted from the grant, the signal is aborted with a `MaxRuntimeError`, and the
   * lease is not renewed any more: whoever does not stop then loses it. 1 ms to 24 days.
   *
   * @defaultValue no limit
   */
  readonly maxRuntime?: Duration | undefined;
  /**
   * How long to wait for a name that is held. The calls of one instance come to their turn in order;
   * between instances chance decides. A `@Cron` method stops waiting once its tick is taken.
   *
   * @defaultValue `0`
   */
  readonly wait?: Duration | undefined;
}

/** Options of {@link LockService.acquire}. */
export interface AcquireOptions extends LockOptions {
  /**
   * Cancels the call: it ends the wait, and the call rejects with its reason. Once the name is held
   * it aborts the lease's signal instead, and the lease goes on until it is released.
   */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link LockService.run} does with a database that fails. */
export interface StoreErrorOption {
  /**
   * What a call does if the database failed before its body was started: `'throw'` rejects with the
   * `LockStoreError`, `'skip'` makes a skip of it, which is logged. Neither runs the body.
   *
   * @defaultValue `'throw'`
   */
  readonly onStoreError?: 'throw' | 'skip' | undefined;
}

/** Options of {@link LockService.run}. */
export interface RunOptions extends AcquireOptions, StoreErrorOption {}

/** The core's request, with the module's ttl for a call that names none. */
export function requestOf(
  name: string,
  options: RunOptions,
  defaultTtlMs: number,
  tick?: Tick,
): LockRequest {
  const { ttl, renew, holdAtLeast, maxRuntime, wait, onStoreError, signal } = options;
  return lockRequest({
    name,
    ttlMs: ttl === undefined ? defaultTtlMs : durationMs(ttl),
    renew,
    holdAtLeastMs: optionalMs(holdAtLeast, 'holdAtLeast'),
    maxRuntimeMs: optionalMs(maxRuntime, 'maxRuntime'),
    waitMs: optionalMs(wait, 'wait'),
    onStoreError,
    signal,
    tick,
  });
}

/** Options, from a ttl or from options. */
export function optionsOf<Options extends { readonly ttl?: unknown }>(
  ttlOrOptions: Duration | Options | undefined,
): Options {
  const isOptions = typeof ttlOrOptions === 'object' && ttlOrOptions !== null;
  return isOptions ? ttlOrOptions : ({ ttl: ttlOrOptions } as Options);
}

function optionalMs(duration: Duration | undefined, option: string): number | undefined {
  return duration === undefined ? undefined : durationMs(duration, option);
}
