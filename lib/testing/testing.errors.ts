import { inspect } from 'node:util';
import { MarathonError, quoted } from '../core/errors.js';
import type { LockInfo } from '../core/lock-info.js';
import type { Duration } from '../nest/duration.js';

/** A test is to expire or steal a lock that nobody holds. */
export class NotHeldError extends MarathonError {
  readonly code = 'MARATHON_TEST_NOT_HELD';

  constructor(verb: 'expire' | 'steal', name: string, lock: LockInfo | null) {
    super(
      `There is nothing to ${verb}: ${quoted(name)} ${stateOf(lock)}. Let somebody hold it first: ` +
        `await fleet.hold(${quoted(name)}), or a body that is in the middle of its run.`,
    );
  }
}

/** A test is to hold a lock that somebody else holds. */
export class AlreadyHeldError extends MarathonError {
  readonly code = 'MARATHON_TEST_ALREADY_HELD';

  constructor(name: string, lock: LockInfo | null) {
    super(
      `Nobody else can hold ${quoted(name)}: it ${stateOf(lock)}. Release it first, let its time ` +
        `pass with fleet.clock.advance(), or take it from its holder with fleet.steal().`,
    );
  }
}

/** Something goes on for ever without letting time pass, so the clock never comes to rest. */
export class RestlessError extends MarathonError {
  readonly code = 'MARATHON_TEST_RESTLESS';

  constructor() {
    super(
      'The virtual clock does not come to rest: something asks for locks again and again without ' +
        'letting time pass in between. Let it wait with `await fleet.clock.pause(…)`, or with the ' +
        'option `wait`.',
    );
  }
}

/** A promise is pending still after all the time that the virtual clock had for it. */
export class PendingError extends MarathonError {
  readonly code = 'MARATHON_TEST_PENDING';

  constructor(atMost: Duration) {
    super(
      `The promise is pending still after ${inspect(atMost)} on the virtual clock. It waits for ` +
        `something that this clock does not move: another timer, input or output, or the test itself.`,
    );
  }
}

/** `lease.transaction()` was called on an instance that has no application, so no database. */
export class NoTransactionsError extends MarathonError {
  readonly code = 'MARATHON_TEST_NO_TRANSACTIONS';

  constructor() {
    super(
      'An instance made by fleet.locks() has no data source, so lease.transaction() has nothing to ' +
        'work on. Make an application with fleet.module() and TypeOrmModule.forRoot(), such as ' +
        "{ type: 'sqljs' }: its transactions are real.",
    );
  }
}

function stateOf(lock: LockInfo | null): string {
  if (!lock) return 'was never taken';
  const { instance, state } = lock;
  const by = `by ${quoted(instance)}`;
  const until = lock.expiresAt.toISOString();
  if (state === 'held') return `is held ${by} until ${until}`;
  if (state === 'hold-at-least')
    return `was given back ${by}, and its holdAtLeast ends at ${until}`;
  if (state === 'expired') return `was held ${by}, and expired at ${until}`;
  return `was given back ${by}`;
}
