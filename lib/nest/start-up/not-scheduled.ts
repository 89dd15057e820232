import type { StartUpFinding } from './finding.js';
import type { GuardedClass, GuardedMethod } from './guarded-class.js';
import type { Provided } from './provided.js';
import { isMounted, scheduleOf, type MountOptions } from './schedule-metadata.js';

/** Why `@nestjs/schedule` does not run a method, or not on an instance that is made. */
interface Reason {
  readonly why: string;
  readonly remedy: string;
}

/**
 * Guarded methods whose `@Cron`, `@Interval` or `@Timeout` never fires. It is told by what
 * `ScheduleExplorer` looks at: the methods with string keys of what is made once, each with its
 * metadata.
 */
export function notScheduled(
  classes: readonly GuardedClass[],
  mounted: MountOptions | undefined,
): StartUpFinding[] {
  if (!mounted) return [];
  return classes.flatMap(({ methods, provided }) =>
    methods.flatMap((method) => {
      const schedule = method.overriddenOn ? undefined : declaredSchedule(method);
      if (!schedule || !isMounted(schedule, mounted)) return [];
      const { decorator } = schedule;
      const reasons = provided.map((one) => reasonOf(method, one, decorator));
      const [reason] = reasons;
      // One instance that is scheduled is enough.
      if (!reason || !reasons.every(Boolean)) return [];
      return {
        severity: 'warning',
        kind: 'not-scheduled',
        where: [method.label],
        problem: `carries ${decorator}, but ${reason.why}`,
        remedy: reason.remedy,
      };
    }),
  );
}

/** The wrapper reads the metadata of both sides, whatever a decorator above has replaced. */
function declaredSchedule({ guards }: GuardedMethod): ReturnType<typeof scheduleOf> {
  return guards.map(({ wrapper }) => scheduleOf(wrapper)).find((schedule) => schedule);
}

function reasonOf(
  { key }: GuardedMethod,
  { scope, isEnhancer, instance }: Provided,
  decorator: string,
): Reason | undefined {
  if (typeof key === 'symbol') {
    return {
      why: '@nestjs/schedule finds no methods whose key is a symbol, so it never fires',
      remedy: 'Give it a key that is a string.',
    };
  }
  if (scope === 'request') {
    return {
      why:
        'it, or what it injects, is made for each request (Scope.REQUEST), where ' +
        '@nestjs/schedule mounts nothing, so it never fires',
      remedy: 'Move it to a provider of the default scope that injects nothing of a request.',
    };
  }
  if (isEnhancer) {
    return {
      why:
        'its class is no provider but named as a guard, pipe, interceptor or filter, where ' +
        '@nestjs/schedule does not look, so it never fires',
      remedy: 'Move it to a class among the providers.',
    };
  }
  if (scope === 'transient') {
    return {
      why:
        'its class is made anew for whoever injects it (Scope.TRANSIENT), and @nestjs/schedule ' +
        'calls it on an object whose constructor never ran',
      remedy: 'Move it to a provider of the default scope.',
    };
  }
  if (instance && !scheduleOf(Reflect.get(instance, key))) {
    return {
      why:
        'its metadata is lost, as something above has replaced the method (another decorator, or ' +
        'a bind() in the constructor), so it never fires',
      remedy: `Let ${decorator} stand above whatever replaces the method, or do not replace it.`,
    };
  }
  return undefined;
}
