/**
 * A method of instances that may have the schedules held back: in the process of a command that
 * does one task nobody wants the application's crons, which would be cut off when it ends.
 */
export const HOLD_SCHEDULES = Symbol('nestjs-marathon:hold-schedules');

/** What may hold the schedules back. It is asked once all of the application has been made. */
interface ScheduleHolder {
  /** @returns whether it holds them back. It then calls `mount` if they are wanted after all. */
  [HOLD_SCHEDULES](mount: () => void): boolean;
}

const MOUNTS = ['mountTimeouts', 'mountIntervals', 'mountCron'] as const;

/** What is used of `SchedulerOrchestrator`, which starts what the decorators have scheduled. */
export type ScheduleMount = Record<(typeof MOUNTS)[number], () => void>;

const watched = new WeakSet<ScheduleMount>();

/** Told by its shape, as `@nestjs/schedule` is optional. */
export function isScheduleMount(instance: object): instance is ScheduleMount {
  // By `in` first: a strict proxy, as of nestjs-cls, throws when it is asked for what it has not.
  return MOUNTS.every(
    (method) => method in instance && typeof Reflect.get(instance, method) === 'function',
  );
}

/**
 * Lets any of `instances` hold back what an application schedules. Call it before the application
 * has started: nothing is scheduled until then, so nothing can fire in between. The instances are
 * asked at the start, because they may not know earlier.
 *
 * @param orchestrator the `SchedulerOrchestrator` of the application
 */
export function letHoldSchedules(orchestrator: ScheduleMount, instances: readonly object[]): void {
  if (watched.has(orchestrator)) return;
  watched.add(orchestrator);
  for (const method of MOUNTS) {
    const mount = orchestrator[method].bind(orchestrator);
    orchestrator[method] = () => {
      if (!instances.some((instance) => holds(instance, mount))) mount();
    };
  }
}

function holds(instance: object, mount: () => void): boolean {
  return HOLD_SCHEDULES in instance && (instance as ScheduleHolder)[HOLD_SCHEDULES](mount);
}
