import { inspect } from 'node:util';
import { InvalidOptionError, MarathonClosingError } from '../core/errors.js';
import type { LockInfo } from '../core/lock-info.js';
import type { LockOperations } from '../core/lock-operations.js';
import type { RunResult } from '../core/run-result.js';
import type { SingleRun } from '../core/single-run.js';
import type { Tick } from './cron-tick.js';
import type { Duration } from './duration.js';
import type { Lease } from './lease.js';
import { optionsOf, requestOf, type AcquireOptions, type RunOptions } from './lock-options.js';

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
   * Takes a name until it is released, and renews it until then. At shutdown its signal is aborted, and its release is waited
   * for up to the module's `shutdownTimeout`. It joins no run: inside a run of the same name, that
   * run is somebody else.
   *
   * @param name what to lock, 1 to 255 characters
   * @param ttlOrOptions a ttl such as `'5m'`, or options
   * @returns the lease, or `null` if somebody else has the name, and for no other reason
   * @throws {InvalidLockNameError, InvalidOptionError} before any statement is sent
   * @throws {LockStoreError} if the database failed: nothing is held then
   * @throws {MarathonClosingError} if the application is shutting down
   * @throws the reason of `signal`, if it was aborted before the name was held
   *
   * @example
   * await using lease = await this.locks.acquire('report', '5m');
   * if (!lease) return;
   */
  async acquire(name: string, ttlOrOptions?: Duration | AcquireOptions): Promise<Lease | null> {
    // A failure is never a skip here: `null` says that somebody else has the name.
    const options: RunOptions = { ...optionsOf(ttlOrOptions), onStoreError: 'throw' };
    const attempt = await this.#singleRun.acquire(requestOf(name, options, this.#defaultTtlMs));
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
   * @throws {LeaseLostError} inside a run whose lease is lost, or if the lease ran out before the task
   *   could be started
   * @throws the reason of `signal`, if it was aborted before the task was started
   */
  run<T>(name: string, task: (lease: Lease) => T): Promise<RunResult<Awaited<T>>>;
  run<T>(
    name: string,
    ttlOrOptions: Duration | RunOptions | undefined,
    task: (lease: Lease) => T,
  ): Promise<RunResult<Awaited<T>>>;
  async run<T>(
    name: string,
    ...rest:
      | [task: (lease: Lease) => T]
      | [ttlOrOptions: Duration | RunOptions | undefined, task: (lease: Lease) => T]
  ): Promise<RunResult<Awaited<T>>> {
    const [ttlOrOptions, task] = rest.length === 1 ? [undefined, rest[0]] : rest;
    if (typeof task !== 'function') {
      throw new InvalidOptionError(
        `LockService.run(${inspect(name)}) was given no task: give a function as its last argument.`,
      );
    }
    const request = requestOf(name, optionsOf<RunOptions>(ttlOrOptions), this.#defaultTtlMs);
    return this.#singleRun.run(request, task);
  }

  /**
   * Looks at a name, and takes nothing.
   *
   * @returns what is known of it, or `null` if it was never taken
   * @throws {InvalidLockNameError} before any statement is sent
   * @throws {LockStoreError} if the database failed
   */
  inspect(name: string): Promise<LockInfo | null> {
    return this.#operations.inspect(name);
  }

  /**
   * Looks at all names that were ever taken, a page at a time, and takes nothing. Their order stays
   * the same from page to page.
   *
   * @param page `limit`: how many at most, 1 to 1000, by default 100; `after`: the last name of the
   *   page before
   * @throws {InvalidOptionError, InvalidLockNameError} before any statement is sent
   * @throws {LockStoreError} if the database failed
   *
   * @example
   * const stuck = (await this.locks.list()).filter(({ state }) => state === 'held');
   */
  list({ after, limit = 100 }: ListOptions = {}): Promise<LockInfo[]> {
    return this.#operations.list({ after, limit });
  }

  /**
   * Takes a name away from its holder. The fence rises, so that its fenced transaction does not
   * commit; it learns of it at its next renewal (with `renew: false` at four fifths of its ttl), and
   * its signal is aborted. Until then its body runs, so do this for a holder that cannot go on.
   *
   * @param fence of the grant to end, as `inspect()` told it: a newer one is left alone
   * @param reason why, for those who read the log
   * @throws {FenceMovedError} if that grant is over already, and the fence another one by now
   * @throws {InvalidOptionError, InvalidLockNameError} before any statement is sent
   * @throws {LockStoreError} if the database failed; call again with the same fence
   *
   * @example
   * const lock = await this.locks.inspect('report');
   * if (lock) await this.locks.forceRelease('report', { fence: lock.fence, reason: 'host is gone' });
   */
  forceRelease(name: string, { fence, reason }: ForceReleaseOptions): Promise<void> {
    return this.#operations.forceRelease(name, fence, reason);
  }

  /** @internal Whether its application is shutting down. */
  get closing(): boolean {
    return this.#singleRun.closing;
  }

  /** @internal A guarded method's way in, which may stand for the fire of a cron. */
  async runTick<T>(
    name: string,
    options: RunOptions,
    tick: Tick | undefined,
    body: () => T,
  ): Promise<RunResult<Awaited<T>>> {
    return this.#singleRun.run(requestOf(name, options, this.#defaultTtlMs, tick), body);
  }

  get #operations(): LockOperations {
    return this.#singleRun.operations;
  }
}

/** Which page {@link LockService.list} shows. */
export interface ListOptions {
  /** The last name of the page before; without it the first page. */
  readonly after?: string | undefined;
  /**
   * 1 to 1000.
   *
   * @defaultValue `100`
   */
  readonly limit?: number | undefined;
}

/** What {@link LockService.forceRelease} needs to know. */
export interface ForceReleaseOptions {
  readonly fence: number;
  readonly reason: string;
}
