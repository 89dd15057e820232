export type { RanOptions } from './assert-ran.js';
export { assertUnderLock } from './assert-under-lock.js';
export { TestFleet, type HoldOptions, type TestModuleOptions } from './test-fleet.js';
export {
  AlreadyHeldError,
  NotHeldError,
  NoTransactionsError,
  PendingError,
  RestlessError,
} from './testing.errors.js';
export { VirtualClock } from './virtual-clock.js';
