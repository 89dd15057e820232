import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { application } from '../contestants/marathon.mjs';
import { METHODS } from '../rows/idle.mjs';

const IDLE_MS = 3000;

const [kind, url] = process.argv.slice(2);
const report = (message) => process.send(message);

class Jobs {}
Injectable()(Jobs);
global.gc();
const heapBefore = process.memoryUsage().heapUsed;
const startedAt = performance.now();
for (let i = 0; i < METHODS; i += 1) {
  const descriptor = { value() {}, configurable: true, writable: true };
  if (kind === 'guarded') SingleRunner(`job:${i}`, '1m')(Jobs.prototype, `job${i}`, descriptor);
  Cron('0 0 1 1 *')(Jobs.prototype, `job${i}`, descriptor);
  Object.defineProperty(Jobs.prototype, `job${i}`, descriptor);
}
const module = { imports: [ScheduleModule.forRoot()], providers: [Jobs] };
const app = await application('postgres', { url }, { module });
const bootMs = performance.now() - startedAt;
global.gc();
const heap = process.memoryUsage().heapUsed - heapBefore;
const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
report({ bootMs, heap, timers });
await once(process, 'message');
await pause(IDLE_MS);
report('idled');
await once(process, 'message');
await app.close();
process.disconnect();
