/*
 * npm run mutants                     every mutant, each with its killers until one notices it
 * npm run mutants -- --only id,id     these
 * npm run mutants -- --every          each with all of its killers
 * npm run mutants -- --check          only that each can be applied, and compiles
 * npm run mutants -- --list           what they are
 *
 * npm run mutants -- --by battery     what the battery alone notices; or simulation, or spec
 *
 * Works in a copy of the tree, and leaves what the killers printed beside it in out/mutants. Before
 * it meets a mutant, a killer has to pass on the library as it is. Fails unless every mutant is
 * killed, each by what it is to break: `untold` is one at whose sight a killer broke, or complained
 * of something else.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asked } from './arguments.js';
import { Controls } from './controls.js';
import { mutants as all } from './mutants.js';
import { table } from './table.js';
import { tried, type Trial } from './trial.js';
import { inWords } from './verdict.js';
import { OUT, Workspace } from './workspace.js';

const { mode, every, mutants } = asked(process.argv.slice(2), all);

if (mode === 'list') {
  console.log(table(mutants.map(({ id, wrong }) => [id, wrong])));
} else {
  const workspace = await Workspace.create();
  try {
    await (mode === 'check' ? check(workspace) : run(workspace));
  } finally {
    await workspace.remove();
  }
}

async function check(workspace: Workspace): Promise<void> {
  for (const mutant of mutants) {
    await workspace.apply(mutant);
    await workspace.undo(mutant);
  }
  console.log(`${mutants.length} mutants can be applied, and compile.`);
}

async function run(workspace: Workspace): Promise<void> {
  const killers = mutants.flatMap((mutant) => mutant.killers);
  const controls = new Controls(killers, workspace);
  const trials: Trial[] = [];
  for (const mutant of mutants) {
    const trial = await tried(mutant, workspace, controls, every);
    trials.push(trial);
    console.log(lineOf(trial).join('  '));
    await writeFile(join(OUT, 'mutants.json'), JSON.stringify(trials, null, 2));
  }
  const left = trials.filter(({ fate }) => fate !== 'killed').length;
  console.log(`\n${table([['mutant', 'fate', 'seconds', 'by'], ...trials.map(lineOf)])}`);
  console.log(`\n${trials.length - left} of ${trials.length} mutants were killed.`);
  if (left > 0) process.exitCode = 1;
}

function lineOf({ id, fate, seconds, by }: Trial): string[] {
  const said = by.map(({ killer, verdict }) => {
    return `${killer}: ${inWords(verdict)}`;
  });
  return [id, fate, `${seconds}`, said.join(' | ')];
}
