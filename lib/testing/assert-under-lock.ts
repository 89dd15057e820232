import { AssertionError } from 'node:assert';
import { currentLease, currentLeaseOn } from '../core/current-lease.js';
import { MarathonError, quoted } from '../core/errors.js';

/**
 * Asserts that the code around it runs under a lease on this name that is held, as far as its holder
 * knows. Call it in what stands in for something that a guarded method calls.
 *
 * @param name what has to be locked
 * @throws {AssertionError} that says which lock the code runs under instead, or why it is lost
 *
 * @example
 * const warehouse = { update: jest.fn(async () => assertUnderLock('inventory:sync')) };
 */
export function assertUnderLock(name: string): void {
  const lease = currentLeaseOn(name);
  const wanted = `This code was to run under the lock ${quoted(name)}`;
  try {
    lease?.assertHeld();
  } catch (error) {
    if (!(error instanceof MarathonError)) throw error;
    fail(`${wanted}, which is lost. ${error.message}`, name, undefined);
  }
  if (lease) return;
  const other = currentLease()?.name;
  const instead = other === undefined ? 'none' : quoted(other);
  fail(
    `${wanted}, but runs under ${instead}. Call it from a @SingleRunner(${quoted(name)}) method or ` +
      `inside LockService.run(), and await it there.`,
    name,
    other,
  );
}

function fail(message: string, expected: string, actual: string | undefined): never {
  throw new AssertionError({ message, expected, actual, stackStartFn: assertUnderLock });
}
