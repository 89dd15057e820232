import { type CronSchedule, type Tick, tickOf } from './tick-label.js';

export type { Tick } from './tick-label.js';

/** A live cron job, as `@nestjs/schedule` keeps it. */
interface CronJob {
  readonly cronTime: CronSchedule;
  fireOnTick(...args: unknown[]): unknown;
}

/**
 * What is used of `SchedulerRegistry`. It is written here because `@nestjs/schedule` is an optional
 * peer: without it not even its types are there.
 */
export interface CronRegistry {
  addCronJob(name: string, job: CronJob): void;
  getCronJobs(): ReadonlyMap<string, CronJob>;
}

/** What is used of `SchedulerOrchestrator`, which makes the jobs of `@Cron` methods. */
export interface CronMount {
  readonly cronJobs: Record<
    string,
    { target: Callback; options: { runOnInit?: boolean }; readonly ref?: CronJob | undefined }
  >;
  mountCron(): void;
}

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** One call of a job's `fireOnTick`. */
interface Fire {
  readonly schedule: CronSchedule;
  readonly firedAt: number;
}

/**
 * The fire whose synchronous part is running. A module's variable can hold it, since nothing else
 * runs before it is restored.
 */
let current: Fire | undefined;

const watched = new WeakSet<CronRegistry | CronMount>();

/**
 * Makes {@link currentTick} work for the cron jobs of a registry: those that it has, and those that
 * it will get. Call it before the application has started, as jobs fire from then on. Repeated calls
 * change nothing.
 *
 * A fire is known by the live job and not by metadata, because `setTime` changes the one and not
 * the other; nor by its arguments, because `runOnInit` passes the same. `runOnInit` runs in the
 * job's constructor, before the registry knows the job, so it has no tick.
 *
 * @param registry the `SchedulerRegistry` of an application
 */
export function watchCronFires(registry: CronRegistry): void {
  if (watched.has(registry)) return;
  watched.add(registry);
  for (const job of registry.getCronJobs().values()) markFires(job);
  const addCronJob = registry.addCronJob.bind(registry);
  registry.addCronJob = (name, job) => {
    addCronJob(name, job);
    markFires(job);
  };
}

/**
 * Makes {@link currentTick} work for the fire that a job makes in its constructor, before the
 * registry knows it: where that takes so long that the first deadline passes, it fires at once.
 *
 * @param mount the `SchedulerOrchestrator` of an application
 */
export function watchCronMount(mount: CronMount): void {
  if (watched.has(mount)) return;
  watched.add(mount);
  const mountCron = mount.mountCron.bind(mount);
  mount.mountCron = () => {
    for (const job of Object.values(mount.cronJobs)) markFirstFire(job);
    mountCron();
  };
}

/**
 * The tick of the cron fire in whose synchronous part this is called; it can be asked repeatedly.
 * A method that is called by hand, by `runOnInit`, `@Interval` or `@Timeout` has none. A job's
 * `fireOnTick()` called by hand is a fire as any other: it stands for the latest scheduled time.
 *
 * @throws {CronTickError} if the schedule does not tell its times
 */
export function currentTick(): Tick | undefined {
  return current && tickOf(current.schedule, current.firedAt);
}

/** A job calls its callback on itself. `runOnInit` comes first, and stands for no tick. */
function markFirstFire(job: CronMount['cronJobs'][string]): void {
  const { target, options } = job;
  let isInit = options.runOnInit === true;
  job.target = function (this: unknown, ...args) {
    const { cronTime } = (this ?? {}) as Partial<CronJob>;
    const call = (): unknown => target.apply(this, args);
    const isMissed = !isInit && !current && cronTime;
    isInit = false;
    return isMissed ? duringFire(cronTime, call) : call();
  };
}

/** Marking a job twice, as when it is deleted and added again, does no harm. */
function markFires(job: CronJob): void {
  const { fireOnTick } = job as { fireOnTick: Callback };
  job.fireOnTick = (...args) => duringFire(job.cronTime, () => fireOnTick.apply(job, args));
}

function duringFire<T>(schedule: CronSchedule, call: () => T): T {
  const outer = current;
  // The time is taken here, so that what the body does before it asks cannot change the answer.
  current = { schedule, firedAt: Date.now() };
  try {
    return call();
  } finally {
    current = outer;
  }
}
