export {
  FenceMovedError,
  InvalidLockNameError,
  InvalidOptionError,
  LeaseLostError,
  LockStoreError,
  MarathonClosingError,
  MarathonError,
  MaxRuntimeError,
  NoLeaseError,
  RunSkippedError,
  type StoreOutcome,
} from './core/errors.js';
export type { LockInfo } from './core/lock-info.js';
export type { ReleaseAnswer } from './core/lock-store.js';
export type {
  AttemptedEvent,
  FinishedEvent,
  ForceReleasedEvent,
  LeaseEvent,
  LostEvent,
  OverranEvent,
  RejectedEvent,
  RenewedEvent,
  RunObserver,
  SkippedEvent,
  StoreErrorEvent,
} from './core/run-observer.js';
export type { CompletedRun, Holder, RunResult, SkippedRun, SkipReason } from './core/run-result.js';
export type { Duration } from './nest/duration.js';
export { currentLease, requireLease, type Lease } from './nest/lease.js';
export type { Lease as LeaseOf } from './core/lease.js';
export type {
  AcquireOptions,
  LockOptions,
  RunOptions,
  StoreErrorOption,
} from './nest/lock-options.js';
export { LockService, type ForceReleaseOptions, type ListOptions } from './nest/lock.service.js';
export { MarathonObserver } from './nest/marathon-observer.decorator.js';
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
  Resolvable,
  ResolvableOptions,
  SingleRunnerDecorator,
  SingleRunnerOptions,
  ThrowingSingleRunnerOptions,
} from './nest/single-runner.types.js';
export type { StartUpFinding } from './nest/start-up/finding.js';
export { StartUpError } from './nest/start-up/start-up.error.js';
export { MarathonLock } from './sql/marathon-lock.entity.js';
export { marathonMigrations } from './sql/migrations/index.js';
export {
  FencedTransactionError,
  LockTableError,
  OwnTransactionError,
  UnsupportedDatabaseError,
} from './sql/sql.errors.js';
