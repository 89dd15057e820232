import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { watchCronFires } from '../../../lib/nest/cron-tick.js';

/** Calls something as a cron does that fires for that time. */
export function fire<T>(tickAt: number, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const job = new CronJob(new Date(tickAt), () => void call().then(resolve, reject));
    const registry = new SchedulerRegistry();
    watchCronFires(registry);
    registry.addCronJob('job', job);
    void job.fireOnTick();
  });
}
