import type { CronMount } from '../cron-tick.js';
import { durationMs } from '../duration.js';
import type { Guard } from '../single-runner.accessor.js';
import { policiesFor } from '../single-runner.policies.js';
import { shortestPeriodMs } from './cron-period.js';
import type { StartUpFinding } from './finding.js';
import type { GuardedClass } from './guarded-class.js';
import { instancesOf } from './provided.js';
import { scheduleOf } from './schedule-metadata.js';

/**
 * Crons whose lease is not renewed and is always over when they fire next: then nothing keeps a run
 * that is slower than the cron from overlapping with the next one.
 *
 * @param mount what has made the live jobs, which alone tell their times
 */
export function* shortLeases(
  classes: readonly GuardedClass[],
  mount: CronMount,
  defaultTtlMs: number,
  nowAt: number,
): Iterable<StartUpFinding> {
  const jobs = Object.values(mount.cronJobs);
  for (const { methods, provided } of classes) {
    for (const { key, guards, label } of methods) {
      for (const instance of instancesOf(provided)) {
        const options = scheduleOf(Reflect.get(instance, key))?.options;
        const schedule = jobs.find((job) => job.options === options)?.ref?.cronTime;
        const ttls = guards.map((guard) => fixedTtlMs(guard, instance, defaultTtlMs));
        const ttlMs = ttls.find((one) => one !== undefined);
        if (!schedule || ttlMs === undefined) continue;
        const periodMs = shortestPeriodMs(schedule, nowAt);
        if (periodMs !== undefined && ttlMs < periodMs) yield shortLease(label, ttlMs, periodMs);
      }
    }
  }
}

/** How long a lease lasts that is not renewed. */
function fixedTtlMs(
  { options }: Guard,
  instance: object,
  defaultTtlMs: number,
): number | undefined {
  try {
    const { renew, ttl } = policiesFor(options)(instance);
    if (renew !== false) return undefined;
    return ttl === undefined ? defaultTtlMs : durationMs(ttl);
  } catch {
    return undefined; // a function that does not know yet
  }
}

function shortLease(label: string, ttlMs: number, periodMs: number): StartUpFinding {
  return {
    severity: 'warning',
    kind: 'short-lease',
    where: [label],
    problem:
      `its lease is not renewed (renew: false) and ends after ${ttlMs} ms, before its cron fires ` +
      `again (after ${periodMs} ms): a run that is slower than that overlaps with the next one`,
    remedy:
      `Leave renew out, so that the lease lasts as long as the run, or give it a ttl of at ` +
      `least ${periodMs} ms that its longest run never reaches.`,
  };
}
