import { setImmediate as turn } from 'node:timers/promises';
import { LockService } from 'nestjs-marathon';
import { DataSource } from 'typeorm';
import { application } from '../contestants/marathon.mjs';
import { Measured } from '../measure.mjs';
import { tapped } from '../wire-tap.mjs';
import { closeAll } from './close-all.mjs';

const PASSES = 3;
/** What simulated instances share: a server has no room for a thousand times two. */
const CONNECTIONS = 20;
const GRID = [
  { instances: 1, names: [10, 100, 1000, 10_000] },
  { instances: 10, names: [10, 100, 1000, 10_000] },
  { instances: 100, names: [10, 100] },
  { instances: 1000, names: [10] },
];

/**
 * Second zero: each instance asks for each name in one turn of the event loop, and one of them gets
 * it. How long that takes until the last has its answer, and how many statements it is.
 */
export async function growth(server) {
  const points = [];
  for (const { instances, names: counts } of GRID) {
    const times = await eachCount(instances, counts, server, async (second) => {
      await second();
      const passes = [];
      for (let pass = 0; pass < PASSES; pass += 1) passes.push(await second());
      return new Measured(passes).us;
    });
    const tap = await tapped('postgres', server);
    const statements = await eachCount(instances, counts, tap.server, async (second) => {
      let asked;
      await second(async (asking) => (asked = await tap.count(asking)));
      return asked;
    });
    await tap.close();
    counts.forEach((names, i) => {
      points.push({ instances, names, ms: times[i], statements: statements[i] });
    });
  }
  return points;
}

/** Does `work` for each count of names, with a fleet of so many instances. */
async function eachCount(instances, counts, server, work) {
  const fleet = await fleetOf(instances, server);
  try {
    const results = [];
    for (const count of counts) {
      const names = Array.from({ length: count }, (_, i) => `growth:${i}`);
      results.push(await work((around) => secondZero(fleet.instances, names, around)));
    }
    return results;
  } finally {
    await fleet.close();
  }
}

/** @returns how long the asking took, in milliseconds; what was won is given back after it */
async function secondZero(instances, names, around = (asking) => asking()) {
  await turn();
  let leases;
  let ms;
  await around(async () => {
    const startedAt = performance.now();
    const asked = await Promise.all(
      instances.map((locks) => Promise.all(names.map((name) => locks.acquire(name, '1m')))),
    );
    ms = performance.now() - startedAt;
    leases = asked.flat().filter((lease) => lease !== null);
  });
  if (leases.length !== names.length) throw new Error(`${leases.length} of ${names.length} won.`);
  await Promise.all(leases.map((lease) => lease.release()));
  return ms;
}

async function fleetOf(size, { url }) {
  const source = await new DataSource({
    type: 'postgres',
    url,
    poolSize: CONNECTIONS,
  }).initialize();
  const apps = [];
  for (let i = 0; i < size; i += 1) {
    apps.push(
      await application('postgres', undefined, {
        options: { connection: 'shared', instance: `instance-${i}` },
        shared: source,
      }),
    );
  }
  return {
    instances: apps.map((app) => app.get(LockService)),
    close: () => closeAll(apps.map((app) => ({ close: () => app.close() }))),
  };
}
