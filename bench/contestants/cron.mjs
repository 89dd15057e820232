import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { application } from './marathon.mjs';

/**
 * An application with a cron that is fired by hand, and with a method that nothing fires: both are
 * decorated, as users do it.
 */
export async function scheduled(dialect, server) {
  const Jobs = jobs();
  const module = { imports: [ScheduleModule.forRoot()], providers: [Jobs] };
  const app = await application(dialect, server, { module });
  await app.init();
  const cron = app.get(SchedulerRegistry).getCronJob('hourly');
  await cron.stop();
  const instance = app.get(Jobs);
  await cron.fireOnTick(); // takes the tick
  const before = instance.runs;
  const fire = async () => {
    await cron.fireOnTick();
    // The hour may turn once while this is measured.
    if (instance.runs > before + 1) throw new Error('A tick ran twice.');
  };
  return { fire, byHand: () => instance.byHand(), close: () => app.close() };
}

function jobs() {
  class Jobs {
    runs = 0;

    hourly() {
      this.runs += 1;
    }

    byHand() {}
  }
  Injectable()(Jobs);
  const decorate = (method, ...decorators) => {
    const descriptor = Object.getOwnPropertyDescriptor(Jobs.prototype, method);
    for (const decorator of decorators) decorator(Jobs.prototype, method, descriptor);
    Object.defineProperty(Jobs.prototype, method, descriptor);
  };
  const cron = Cron('0 0 * * * *', { name: 'hourly', waitForCompletion: true });
  decorate('hourly', SingleRunner('hourly', '1m'), cron);
  decorate('byHand', SingleRunner('by-hand', '1m'));
  return Jobs;
}

/** The fire of a cron whose tick was run already: what most fires of a fleet are. */
export const cronFire = {
  title: 'nestjs-marathon, the fire of a cron',
  async open(server) {
    const { fire, close } = await scheduled('postgres', server);
    return { ask: fire, close };
  },
};
