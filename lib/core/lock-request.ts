import { InvalidLockNameError, InvalidOptionError, quoted } from './errors.js';

/** What a call asks for. Made by {@link lockRequest} alone, so whoever has one has a valid one. */
export interface LockRequest {
  readonly name: string;
  readonly ttlMs: number;
  readonly holdAtLeastMs: number;
  readonly renew: boolean;
  /** `Infinity` if there is no limit. */
  readonly maxRuntimeMs: number;
  readonly waitMs: number;
  readonly onStoreError: 'throw' | 'skip';
  /** The caller's: ends the wait, or tells the body to stop. */
  readonly signal: AbortSignal | undefined;
  readonly tick: TickClaim | undefined;
}

/** The fire of a cron that a call stands for. */
interface TickClaim {
  /** The nominal fire time. */
  readonly at: number;
  /**
   * The earliest instant of the database's clock at which this tick may start. Without it one
   * instance with a clock two hours ahead would take the ticks of two hours, and stop the fleet.
   */
  readonly notBeforeAt: number;
}

const SHORTEST_TTL_MS = 100;
export const LONGEST_TTL_MS = 24 * 24 * 60 * 60 * 1000;
const LONGEST_NAME = 255;
/** Fires are labelled within a millisecond; a second leaves room for clocks that are kept by NTP. */
const LEAST_SKEW_MS = 1000;

/** Checks a call's values. @throws {InvalidLockNameError, InvalidOptionError} */
export function lockRequest(values: {
  name: string;
  ttlMs: number;
  holdAtLeastMs?: number | undefined;
  renew?: boolean | undefined;
  maxRuntimeMs?: number | undefined;
  waitMs?: number | undefined;
  onStoreError?: 'throw' | 'skip' | undefined;
  signal?: AbortSignal | undefined;
  tick?: { readonly at: number; readonly periodMs: number } | undefined;
}): LockRequest {
  const { name, ttlMs, holdAtLeastMs = 0, renew = true, signal, tick } = values;
  const { maxRuntimeMs = Infinity, waitMs = 0, onStoreError = 'throw' } = values;
  checkName(name);
  checkTtl(ttlMs);
  checkHoldAtLeast(holdAtLeastMs, ttlMs);
  checkBoolean('renew', renew);
  if (maxRuntimeMs !== Infinity) checkDuration('maxRuntime', maxRuntimeMs, 1);
  checkDuration('wait', waitMs, 0);
  checkChoice('onStoreError', onStoreError, ['throw', 'skip']);
  checkSignal(signal);
  const policies = { holdAtLeastMs, renew, maxRuntimeMs, waitMs, onStoreError, signal };
  return { name, ttlMs, ...policies, tick: tick && claimOf(tick) };
}

export function checkName(name: unknown): asserts name is string {
  if (typeof name !== 'string') {
    throw new InvalidLockNameError(`The lock's name is not a string but of type ${typeof name}.`);
  }
  if (name === '') throw new InvalidLockNameError("The lock's name is empty.");
  // In UTF-16 a character is one unit or two, so most names need no counting.
  const length = name.length > LONGEST_NAME ? Array.from(name).length : name.length;
  if (length > LONGEST_NAME) {
    throw new InvalidLockNameError(`The lock's name has ${length} characters.`);
  }
  // No database stores these two: PostgreSQL refuses them, others replace them, and two names
  // that are stored alike would be one lock.
  if (name.includes('\0')) throw new InvalidLockNameError("The lock's name contains a NUL.");
  if (/\p{Surrogate}/u.test(name)) {
    throw new InvalidLockNameError("The lock's name contains half of a surrogate pair.");
  }
}

export function checkTtl(ttlMs: number): void {
  if (Number.isInteger(ttlMs) && ttlMs >= SHORTEST_TTL_MS && ttlMs <= LONGEST_TTL_MS) return;
  throw new InvalidOptionError(
    `A ttl of ${String(ttlMs)} ms is out of range: give whole milliseconds, or a string such as ` +
      `'90s' or '10m', from 100 ms to 24 days.`,
  );
}

function checkHoldAtLeast(holdAtLeastMs: number, ttlMs: number): void {
  if (Number.isInteger(holdAtLeastMs) && holdAtLeastMs >= 0 && holdAtLeastMs <= ttlMs) return;
  throw new InvalidOptionError(
    `holdAtLeast is ${String(holdAtLeastMs)} ms, with a ttl of ${ttlMs} ms: give whole ` +
      `milliseconds from 0 to the ttl, or a longer ttl.`,
  );
}

function checkDuration(option: string, ms: number, leastMs: number): void {
  if (Number.isInteger(ms) && ms >= leastMs && ms <= LONGEST_TTL_MS) return;
  throw new InvalidOptionError(
    `${option} is ${String(ms)} ms: give whole milliseconds, or a string such as '30s', from ` +
      `${leastMs} ms to 24 days.`,
  );
}

/** For callers that the compiler did not check. */
export function checkChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const given = typeof value === 'string' ? quoted(value) : String(value);
  const wanted = choices.map((choice) => `'${choice}'`).join(' or ');
  throw new InvalidOptionError(`${option} is ${given}: give ${wanted}.`);
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidOptionError(
    `signal is no AbortSignal but of type ${typeof signal}: give the signal of an AbortController.`,
  );
}

/** A string from the environment, such as 'false', would be taken for true. */
export function checkBoolean(option: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new InvalidOptionError(
    `${option} is ${quoted(String(value))} of type ${typeof value}: give true or false.`,
  );
}

function claimOf(tick: { at: number; periodMs: number }): TickClaim {
  const halfPeriodMs = Number.isFinite(tick.periodMs) ? Math.floor(tick.periodMs / 2) : 0;
  return { at: tick.at, notBeforeAt: tick.at - Math.max(LEAST_SKEW_MS, halfPeriodMs) };
}
