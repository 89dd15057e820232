import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readArguments, UsageError, type Arguments } from './arguments.js';
import { build } from './build.js';
import { conduct, type Conducted } from './conduct.js';
import { openGround } from './grounds/open.js';
import { report } from './oracles/report.js';
import { verdictOn } from './oracles/verdict.js';
import { provenance, type Provenance } from './provenance.js';

// npm run faults -- --dialect postgres --faults 10000 --seed 1
// ends with 0 if no promise was broken, with 1 if one was, and with 2 if that could not be found out.
try {
  const args = readArguments(process.argv.slice(2));
  if (typeof args === 'string') console.log(args);
  // At once: what a fault that failed has left open would keep this process waiting.
  else process.exit(await run(args));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exit(2);
}

async function run(args: Arguments): Promise<0 | 1 | 2> {
  console.log(`A battery of ${args.faults} faults on ${args.dialect}, seed ${args.seed} …`);
  const { evidence, failure, of, seconds } = await conducted(args);
  const judged = verdictOn(evidence);
  const { violations } = judged;
  const isWhole = violations.length === 0 && !failure;
  const verdict = { ...judged, isClean: judged.isClean && isWhole };
  const figures = { ...args, of, seconds: Math.round(seconds), ...verdict };
  const [deadlock] = evidence.deadlocks ?? [];
  if (deadlock) await write(beside(args.json, 'deadlock.log'), deadlock.text);
  await write(args.json, JSON.stringify(figures, undefined, 2));
  console.log(report(args.dialect, verdict));
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(
    `${violations.length} violations in ${verdict.faults} faults and ${verdict.races} races, ` +
      `seed ${args.seed}, ${figures.seconds} s; figures in ${args.json}`,
  );
  if (!isWhole) {
    // What happened is not found by the seed alone: the machine had its part in it.
    const file = beside(args.json, 'evidence.json');
    await write(file, JSON.stringify(evidence));
    console.log(`all that was collected in ${file}`);
  }
  if (failure) console.error(failure);
  // Broken is broken, even if the battery could not go on to its end.
  if (violations.length > 0) return 1;
  if (failure) return 2;
  // With some kinds only, some oracles have nothing to judge.
  const isSound = args.kinds.length > 0 ? verdict.neverDone.length === 0 : verdict.isClean;
  if (isSound) return 0;
  console.log(
    'No promise was broken, but not all could be judged: see above, and take more faults.',
  );
  return 2;
}

async function conducted(args: Arguments): Promise<Conducted & { readonly of: Provenance }> {
  const files = await build();
  try {
    const ground = await openGround(args.dialect);
    try {
      const of = await provenance(ground);
      return { ...(await conduct({ ground, files, folder: files.folder }, args)), of };
    } finally {
      await ground.close();
    }
  } finally {
    await rm(files.folder, { recursive: true, force: true });
  }
}

function beside(json: string, ending: string): string {
  return json.replace(/(\.json)?$/, `.${ending}`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${text}\n`);
}
