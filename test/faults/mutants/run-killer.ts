import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tally } from '../simulation/tally.js';
import { commandOf, type Killer } from './killer.js';
import { runProcess } from './process.js';
import {
  reportOfBattery,
  reportOfJest,
  reportOfSimulation,
  type BatteryFigures,
  type JestReport,
  type Report,
} from './reports.js';
import type { Ended } from './verdict.js';
import { OUT } from './workspace.js';

/** Generous: it tells a killer that hangs, not a slow machine. */
const KILLER_MS = 15 * 60_000;
/** In the copy, whose own results these are. */
const REPORT = 'killer.json';

export interface Observed {
  readonly ended: Ended;
  /** `undefined` if it wrote none. */
  readonly report: Report | undefined;
}

/** Runs a killer on the tree in `folder`, and leaves what it printed in `out/mutants/<label>.log`. */
export async function runKiller(killer: Killer, folder: string, label: string): Promise<Observed> {
  const file = join(folder, REPORT);
  await rm(file, { force: true });
  const ended = await runProcess(nodeArguments(killer, folder), folder, KILLER_MS);
  await writeFile(join(OUT, `${label}.log`), `${commandOf(killer)}\n\n${ended.output}`);
  return { ended, report: existsSync(file) ? read(killer, file) : undefined };
}

/** `npm run name -- arguments`, by the script that package.json has under the name. */
function nodeArguments(killer: Killer, folder: string): string[] {
  const [command = '', args = ''] = commandOf(killer).split(' -- ');
  const name = command.replace(/^npm (run )?/, '');
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const script = scripts[name];
  if (!script?.startsWith('node '))
    throw new Error(`package.json has no script "${name}" of Node.`);
  const report = killer.by === 'spec' ? ['--json', `--outputFile=${REPORT}`] : ['--json', REPORT];
  return [...script.split(' ').slice(1), ...args.split(' '), ...report];
}

function read(killer: Killer, file: string): Report {
  const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
  switch (killer.by) {
    case 'simulation':
      return reportOfSimulation(written as Tally);
    case 'battery':
      return reportOfBattery(written as BatteryFigures);
    case 'spec':
      return reportOfJest(written as JestReport);
  }
}
