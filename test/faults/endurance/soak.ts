/*
 * npm run soak -- --dialect postgres|mariadb|sqlite --minutes 10
 *
 * Two instances of an application on the built package, in one process and at full load on a
 * database of their own. Fails if memory, timers, handles or listeners grow, if little was run, and if
 * anything is left after close.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase, SERVERS, type TestDatabase } from '../../support/databases.js';
import setUpServers from '../../support/global-setup.mjs';
import tearDownServers from '../../support/global-teardown.mjs';
import { startInstance } from './application.js';
import { load, NAMES } from './load.js';
import { report } from './report.js';
import { takeSample, type Sample } from './sample.js';
import { readSettings, type SoakSettings } from './settings.js';
import { faultsOf, verdictOf } from './verdict.js';

const SAMPLE_EACH_MS = 10_000;

/** @returns what was measured, and what keeps the process alive after the instances were closed */
async function soak(
  database: TestDatabase,
  { durationMs }: SoakSettings,
): Promise<{ samples: Sample[]; leftAfterClose: string[] }> {
  await database.query('CREATE TABLE soak (writes integer)');
  await database.query('INSERT INTO soak VALUES (0)');
  const before = process.getActiveResourcesInfo();
  const instances = [
    await startInstance(database, 'soak-1', NAMES.cron),
    await startInstance(database, 'soak-2', NAMES.cron),
  ];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // a hundred calls share it at any time: they are counted
  const loads = instances.map(({ locks }) => load(locks, stop.signal));
  const samples: Sample[] = [];
  const startedAt = performance.now();
  while (performance.now() - startedAt < durationMs) {
    await pause(SAMPLE_EACH_MS);
    samples.push(takeSample(Math.round(performance.now() - startedAt), stop.signal));
    console.log(JSON.stringify(samples.at(-1)));
  }
  stop.abort();
  await Promise.all(loads);
  for (const instance of instances) await instance.close();
  await pause(1000); // sockets need a turn or two to close
  const leftAfterClose = process.getActiveResourcesInfo();
  for (const resource of before) {
    const place = leftAfterClose.indexOf(resource);
    if (place >= 0) leftAfterClose.splice(place, 1);
  }
  return { samples, leftAfterClose };
}

const settings = readSettings();
if (SERVERS[settings.dialect]) await setUpServers();
const database = await createDatabase(settings.dialect);
try {
  const { samples, leftAfterClose } = await soak(database, settings);
  const verdict = verdictOf(samples);
  report(settings, samples, verdict, leftAfterClose);
  const faults = faultsOf(samples, leftAfterClose);
  for (const fault of faults) console.log(`VIOLATION: ${fault}`);
  const isGrowing = Object.values(verdict).some(({ tooMuch }) => tooMuch);
  if (isGrowing || faults.length > 0) process.exitCode = 1;
} finally {
  await database.drop();
  await tearDownServers();
}
