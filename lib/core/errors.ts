import type { Holder, SkipReason } from './run-result.js';

/**
 * The base of every error of this package. `code` is stable and meant for programs, `message` says
 * what happened, why, and what to do.
 *
 * @example
 * catch (error) {
 *   if (error instanceof MarathonError && error.code === 'MARATHON_LEASE_LOST') { … }
 * }
 */
export abstract class MarathonError extends Error {
  abstract readonly code: `MARATHON_${string}`;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A name that cannot be locked. Thrown before any statement is sent. */
export class InvalidLockNameError extends MarathonError {
  readonly code = 'MARATHON_INVALID_NAME';

  constructor(what: string) {
    super(`${what} A lock's name is a string of 1 to 255 characters, such as 'inventory:sync'.`);
  }
}

/** An option or a duration out of its range. Thrown before any statement is sent. */
export class InvalidOptionError extends MarathonError {
  readonly code = 'MARATHON_INVALID_OPTION';
}

/**
 * What became of a statement that failed.
 *
 * - `refused`: the database judged it, and did nothing.
 * - `unsent`: there was no connection to send it on.
 * - `unknown`: it was sent, and nobody knows, as when the connection broke before the reply.
 */
export type StoreOutcome = 'refused' | 'unsent' | 'unknown';

/**
 * The database did not do what it was asked to: it could not be reached, did not answer in time, or
 * refused the statement. The body did not run. `cause` carries the driver's message and code, and
 * neither the statement nor its parameters.
 */
export class LockStoreError extends MarathonError {
  readonly code: `MARATHON_${string}` = 'MARATHON_STORE_FAILED';
  /** What became of the statement. */
  readonly outcome: StoreOutcome;
  /** Whether the same statement can succeed a moment later, as after a deadlock. */
  readonly retryable: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { outcome: StoreOutcome; retryable: boolean },
  ) {
    super(message, options);
    this.outcome = options.outcome;
    this.retryable = options.retryable;
  }
}

const WHY_LOST = {
  refused:
    'the database says that it has expired, or was taken over. Another instance may run by now: ' +
    'stop, and write nothing more.',
  deadline:
    'it could not be renewed in time. Another instance may run soon: stop, and write nothing more. ' +
    'If this happens often, give it a longer ttl, or look for what blocks the event loop, the ' +
    'database, or (on SQLite) its one writer.',
  'not-renewed':
    'its ttl is nearly over, and with renew: false it is not renewed. Another instance may run ' +
    'soon: stop, or give it a longer ttl.',
  'max-runtime':
    'it ran for longer than its maxRuntime, after which it was not renewed any more. Another ' +
    'instance may run soon: stop, or give it a longer maxRuntime.',
  released: 'it was released. Take a new one.',
} as const;

/** The lease ended before its holder was done: it expired, or was taken over or force-released. */
export class LeaseLostError extends MarathonError {
  readonly code = 'MARATHON_LEASE_LOST';

  constructor(name: string, fence: number, why: keyof typeof WHY_LOST) {
    super(`The lease on ${quoted(name)} (fence ${fence}) is over: ${WHY_LOST[why]}`);
  }
}

/** The application is shutting down, so nothing new is started; the reason of an aborted signal. */
export class MarathonClosingError extends MarathonError {
  readonly code = 'MARATHON_CLOSING';

  constructor() {
    super(
      'The application is shutting down: no lock is taken any more, and running bodies are asked ' +
        'to stop through their signal.',
    );
  }
}

/**
 * A body ran for longer than its `maxRuntime`: the reason of its aborted signal. Its lease is not
 * renewed any more, and ends by its ttl if the body does not stop.
 */
export class MaxRuntimeError extends MarathonError {
  readonly code = 'MARATHON_MAX_RUNTIME';

  constructor(name: string, fence: number, maxRuntimeMs: number) {
    super(
      `The run of ${quoted(name)} (fence ${fence}) took longer than its maxRuntime of ` +
        `${maxRuntimeMs} ms. Stop now: the lease is not renewed any more. If this is how long it ` +
        `takes, give it a longer maxRuntime.`,
    );
  }
}

/**
 * There was nothing to force-release: the grant that the caller saw is over, and somebody else may
 * be at work by now.
 */
export class FenceMovedError extends MarathonError {
  readonly code = 'MARATHON_FENCE_MOVED';
  /** The latest fence of the name, `undefined` if it was never taken. */
  readonly fence: number | undefined;

  constructor(name: string, seen: number, fence: number | undefined) {
    super(
      fence === undefined
        ? `${quoted(name)} was not force-released, as it was never taken. Look for the name that you ` +
            `mean with LockService.list().`
        : `${quoted(name)} was not force-released: the grant with fence ${seen} is over already, and ` +
            `the fence is ${fence} by now. Look again with LockService.inspect(), and decide about ` +
            `the holder that you see then, if there is one.`,
    );
    this.fence = fence;
  }
}

/** `requireLease()` was called where no lease is held. */
export class NoLeaseError extends MarathonError {
  readonly code = 'MARATHON_NO_LEASE';

  constructor() {
    super(
      'This code runs under no lease. Call it from a @SingleRunner method or inside ' +
        'LockService.run(), and within the time of that run.',
    );
  }
}

/** A call's body did not run. Only `onSkip: 'throw'` makes an error of it. */
export class RunSkippedError extends MarathonError {
  readonly code = 'MARATHON_RUN_SKIPPED';
  /** Why the body did not run. */
  readonly reason: SkipReason;
  /** Who had the name, where the reason has such a one. */
  readonly holder: Holder | undefined;

  constructor(name: string, reason: SkipReason, holder: Holder | undefined) {
    const by = holder ? `, by ${holder.instance} until ${holder.expiresAt.toISOString()}` : '';
    super(`${quoted(name)} was skipped (${reason}${by}). Call again later, or let it pass.`);
    this.reason = reason;
    this.holder = holder;
  }
}

/** A name in a message: quoted, cut, and with control characters escaped, as it may come from users. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
