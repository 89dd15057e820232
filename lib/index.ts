export { currentLease, requireLease } from './core/current-lease.js';
export {
  InvalidLockNameError,
  InvalidOptionError,
  LeaseLostError,
  LockStoreError,
  MarathonClosingError,
  MarathonError,
  NoLeaseError,
  RunSkippedError,
  type StoreOutcome,
} from './core/errors.js';
export type { Lease } from './core/lease.js';
export type { CompletedRun, Holder, RunResult, SkippedRun, SkipReason } from './core/run-result.js';
export type { Duration } from './nest/duration.js';
export { LockService, type LockOptions } from './nest/lock.service.js';
export { MarathonModule } from './nest/marathon.module.js';
export type { MarathonModuleExtras } from './nest/marathon.module-definition.js';
export type { MarathonOptions } from './nest/marathon.options.js';
export { getLockServiceToken, InjectLockService } from './nest/marathon.tokens.js';
export {
  DataSourceNotFoundError,
  DecoratorTargetError,
  DuplicateModuleError,
  UnmanagedInstanceError,
} from './nest/nest.errors.js';
export { CronTickError } from './nest/tick-label.js';
export { SingleRunner } from './nest/single-runner.decorator.js';
export type {
  LockName,
  SingleRunnerDecorator,
  SingleRunnerOptions,
  ThrowingSingleRunnerOptions,
} from './nest/single-runner.types.js';
export { MarathonLock } from './sql/marathon-lock.entity.js';
export { marathonMigrations } from './sql/migrations/index.js';
export { LockTableError, OwnTransactionError, UnsupportedDatabaseError } from './sql/sql.errors.js';
