import { inspect } from 'node:util';
import { InvalidOptionError, MarathonClosingError } from '../core/errors.js';
import type { Lease } from '../core/lease.js';
import { lockRequest, type LockRequest } from '../core/lock-request.js';
import type { RunResult } from '../core/run-result.js';
import type { SingleRun } from '../core/single-run.js';
import type { Tick } from './cron-tick.js';
import { durationMs, type Duration } from './duration.js';

/** Options of one call. */
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
}

/**
 * Takes locks by hand. Injectable wherever `MarathonModule.forRoot()` is imported.
 *
 * @example
 * const result = await this.locks.run('report', '5m', async (lease) => this.build(lease.signal));
 * if (result.outcome === 'skipped') this.logger.log(`in the hands of ${result.holder?.instance}`);
 */
export class LockService {
  readonly #singleRun: SingleRun;
  readonly #defaultTtlMs: number;

  private constructor(singleRun: SingleRun, defaultTtlMs: number) {
    this.#singleRun = singleRun;
    this.#defaultTtlMs = defaultTtlMs;
  }

  /** @internal */
  static over(singleRun: SingleRun, defaultTtlMs: number): LockService {
    return new LockService(singleRun, defaultTtlMs);
  }

  /**
   * Takes a name until it is released. At shutdown its signal is aborted, and its release is waited
   * for up to the module's `shutdownTimeout`. It joins no run: inside a run of the same name, that
   * run is somebody else.
   *
   * @param name what to lock, 1 to 255 characters
   * @param ttlOrOptions a ttl such as `'5m'`, or options
   * @returns the lease, or `null` if somebody else has the name, and for no other reason
   * @throws {InvalidLockNameError, InvalidOptionError} before any statement is sent
   * @throws {LockStoreError} if the database failed: nothing is held then
   * @throws {MarathonClosingError} if the application is shutting down
   *
   * @example
   * await using lease = await this.locks.acquire('report', '5m');
   * if (!lease) return;
   */
  async acquire(name: string, ttlOrOptions?: Duration | LockOptions): Promise<Lease | null> {
    const attempt = await this.#singleRun.acquire(this.#request(name, ttlOrOptions));
    if ('lease' in attempt) return attempt.lease;
    if (attempt.reason === 'closing') throw new MarathonClosingError();
    return null;
  }

  /**
   * Runs a task while it holds a name, and gives the name back at its end. Inside a run of the same
   * name the task joins that run's lease.
   *
   * @param name what to lock, 1 to 255 characters
   * @param ttlOrOptions a ttl such as `'5m'`, or options
   * @param task what to run; what it returns or throws reaches the caller as it is
   * @throws {InvalidLockNameError, InvalidOptionError} before any statement is sent
   * @throws {LockStoreError} if the database failed: the task did not run
   * @throws {LeaseLostError} inside a run whose lease is lost
   */
  run<T>(name: string, task: (lease: Lease) => T): Promise<RunResult<Awaited<T>>>;
  run<T>(
    name: string,
    ttlOrOptions: Duration | LockOptions | undefined,
    task: (lease: Lease) => T,
  ): Promise<RunResult<Awaited<T>>>;
  async run<T>(
    name: string,
    ...rest:
      | [task: (lease: Lease) => T]
      | [ttlOrOptions: Duration | LockOptions | undefined, task: (lease: Lease) => T]
  ): Promise<RunResult<Awaited<T>>> {
    const [ttlOrOptions, task] = rest.length === 1 ? [undefined, rest[0]] : rest;
    if (typeof task !== 'function') {
      throw new InvalidOptionError(
        `LockService.run(${inspect(name)}) was given no task: give a function as its last argument.`,
      );
    }
    return this.#singleRun.run(this.#request(name, ttlOrOptions), task);
  }

  /** @internal Whether its application is shutting down. */
  get closing(): boolean {
    return this.#singleRun.closing;
  }

  /** @internal A guarded method's way in, which may stand for the fire of a cron. */
  async runTick<T>(
    name: string,
    options: LockOptions,
    tick: Tick | undefined,
    body: () => T,
  ): Promise<RunResult<Awaited<T>>> {
    return this.#singleRun.run(this.#request(name, options, tick), body);
  }

  #request(
    name: string,
    ttlOrOptions: Duration | LockOptions | undefined,
    tick?: Tick,
  ): LockRequest {
    const options = optionsOf(ttlOrOptions);
    return lockRequest({
      name,
      ttlMs: options.ttl === undefined ? this.#defaultTtlMs : durationMs(options.ttl),
      holdAtLeastMs: durationMs(options.holdAtLeast ?? 0, 'holdAtLeast'),
      renew: options.renew,
      tick,
    });
  }
}

/** Options, from a ttl or from options. */
export function optionsOf<Options extends LockOptions>(
  ttlOrOptions: Duration | Options | undefined,
): Options | (LockOptions & Partial<Options>) {
  const isOptions = typeof ttlOrOptions === 'object' && ttlOrOptions !== null;
  return isOptions ? ttlOrOptions : ({ ttl: ttlOrOptions } as LockOptions & Partial<Options>);
}
