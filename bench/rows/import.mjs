import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Measured } from '../measure.mjs';

const RUNS = 9;

/** How long the root entry takes to import, where Nest and TypeORM are there already, in milliseconds. */
export async function importTime() {
  const worker = new URL('../workers/import.mjs', import.meta.url).pathname;
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [worker]);
    times.push(Number(stdout));
  }
  return new Measured(times).us;
}
