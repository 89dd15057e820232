import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedsFrom, simulateMany } from './many.js';
import { tableOf } from './report.js';
import { simulate } from './simulate.js';
import { sum, violationsOf, type Tally } from './tally.js';

/*
 * npm run simulate -- --seeds 1000000 [--from 1] [--processes 2] [--json out/simulation.json]
 * npm run simulate -- --seed 12345 [--trace]
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'string', default: 'out/simulation.json' },
    /** Set for the processes that share the work: which of them this is. */
    share: { type: 'string' },
  },
});

if (values.seed !== undefined) await one(whole('seed', values.seed, 0));
else if (values.share !== undefined) await share(whole('share', values.share, 0));
else await all();

async function one(seed: number): Promise<void> {
  const line = values.trace ? (text: string) => console.log(text) : undefined;
  const outcome = await simulate(seed, {}, line);
  console.log(JSON.stringify(outcome, undefined, 2));
  process.exitCode = outcome.violations.length > 0 ? 1 : 0;
}

async function share(place: number): Promise<void> {
  const [from, seeds, processes] = range();
  const tally = await simulateMany(seedsFrom(from + place, seeds - place, processes));
  process.send!(tally);
}

async function all(): Promise<void> {
  const [from, seeds, processes] = range();
  const startedAt = performance.now();
  const tallies = Array.from({ length: Math.min(processes, seeds) }, (_, place) => shared(place));
  const tally = sum(await Promise.all(tallies));
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(tableOf(tally, { from, seeds, seconds }));
  mkdirSync(new URL('.', new URL(values.json, `file://${process.cwd()}/`)), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify({ ...tally, from, seconds }, undefined, 2)}\n`);
  process.exitCode = violationsOf(tally) > 0 ? 1 : 0;
}

/** Another process for a part of the seeds, so that every core has work. */
function shared(place: number): Promise<Tally> {
  const args = [...process.argv.slice(2), '--share', String(place)];
  const child = fork(fileURLToPath(import.meta.url), args);
  return new Promise((resolve, reject) => {
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`A process of the simulation ended early, with ${code}: see its output.`)),
    );
  });
}

function range(): [from: number, seeds: number, processes: number] {
  return [
    whole('from', values.from, 0),
    whole('seeds', values.seeds, 1),
    whole('processes', values.processes, 1),
  ];
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${option} is ${text}: give a whole number from ${least} on.`);
}
