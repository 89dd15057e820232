import 'reflect-metadata';
import type { Provided } from './provided.js';

/** What `@Cron`, `@Interval` or `@Timeout` have said of a method. */
export interface Schedule {
  readonly decorator: '@Cron' | '@Interval' | '@Timeout';
  /** The very object that `@nestjs/schedule` mounts. */
  readonly options: object;
}

/** What `ScheduleModule.forRoot()` was told to mount. */
export interface MountOptions {
  readonly cronJobs?: boolean | undefined;
  readonly intervals?: boolean | undefined;
  readonly timeouts?: boolean | undefined;
}

// Written here because @nestjs/schedule is an optional peer.
const MOUNT_OPTIONS = 'SCHEDULE_MODULE_OPTIONS';
const DECORATORS = [
  { decorator: '@Cron', key: 'SCHEDULE_CRON_OPTIONS', mountedBy: 'cronJobs' },
  { decorator: '@Interval', key: 'SCHEDULE_INTERVAL_OPTIONS', mountedBy: 'intervals' },
  { decorator: '@Timeout', key: 'SCHEDULE_TIMEOUT_OPTIONS', mountedBy: 'timeouts' },
] as const;

/** How a method is scheduled, if it is. */
export function scheduleOf(method: unknown): Schedule | undefined {
  if (typeof method !== 'function') return undefined;
  for (const { decorator, key } of DECORATORS) {
    const options = Reflect.getMetadata(key, method) as object | undefined;
    if (options) return { decorator, options };
  }
  return undefined;
}

/**
 * What the `ScheduleModule` of an application mounts. There is none in a process that deliberately
 * runs no crons.
 */
export function mountOptionsIn(provided: readonly Provided[]): MountOptions | undefined {
  return provided.find(({ token }) => token === MOUNT_OPTIONS)?.instance;
}

export function isMounted({ decorator }: Schedule, options: MountOptions): boolean {
  return DECORATORS.some((one) => one.decorator === decorator && options[one.mountedBy] === true);
}
