import { Session } from 'node:inspector/promises';
import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { application } from '../contestants/marathon.mjs';
import { sideBySide } from '../measure.mjs';

const PROFILED_CALLS = 50_000;

/**
 * What the library itself needs, with locks in memory: for the fire of a cron whose tick is taken, and
 * for a call that takes the name, runs and gives it back. The schedule's next tick is not in it: it is
 * computed once for a tick, after its fire.
 */
export async function ownTime() {
  const Jobs = jobs();
  const module = { imports: [ScheduleModule.forRoot()], providers: [Jobs] };
  const app = await application('memory', undefined, { module });
  await app.init();
  try {
    const registry = app.get(SchedulerRegistry);
    const cron = registry.getCronJob('hourly');
    await cron.stop();
    const instance = app.get(Jobs);
    await cron.fireOnTick(); // takes the tick
    const cases = {
      skip: () => cron.fireOnTick(),
      pair: () => instance.byHand(),
    };
    const before = instance.runs;
    await cases.skip();
    if (instance.runs !== before) throw new Error('A tick ran twice.');
    const times = await sideBySide(cases);
    return { ...times, profile: await profiled(cases) };
  } finally {
    await app.close();
  }
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

/** The share of each place in the processor's time, by V8's sampling profiler. */
async function profiled(cases) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  const profile = {};
  for (const [title, call] of Object.entries(cases)) {
    await session.post('Profiler.start');
    for (let i = 0; i < PROFILED_CALLS; i += 1) await call();
    profile[title] = shares((await session.post('Profiler.stop')).profile);
  }
  session.disconnect();
  return profile;
}

function shares({ nodes, samples, timeDeltas }) {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const spent = {};
  let all = 0;
  samples.forEach((id, i) => {
    const place = places.get(id);
    spent[place] = (spent[place] ?? 0) + timeDeltas[i];
    all += timeDeltas[i];
  });
  return Object.fromEntries(
    Object.entries(spent)
      .map(([place, us]) => [place, us / all])
      .toSorted(([, a], [, b]) => b - a),
  );
}

function placeOf({ functionName, url }) {
  const [, file] = /nestjs-marathon\/dist\/(.*)\.js$/.exec(url) ?? [];
  if (file) return `\`${file}\``;
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name) return name;
  if (functionName === '(idle)') return 'the event loop, between turns';
  if (functionName === '(garbage collector)') return 'garbage collector';
  return 'Node.js';
}
