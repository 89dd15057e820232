import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { COMPILER } from '../../support/compiler.mjs';
import { isAlive } from '../../support/is-alive.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WORKERS = 'test/faults/battery/worker';
const SOURCES = [
  WORKERS,
  'test/support/databases',
  'test/support/seeded.ts',
  'test/faults/battery/grounds/sqlite/handle.ts',
];

export interface Built {
  /** All of it, and room for what the processes write. */
  readonly folder: string;
  /** The files of the two kinds of processes. */
  readonly instance: string;
  readonly racer: string;
}

/**
 * Builds the package, and what the battery's processes run, into a folder of its own: whatever is
 * built in the tree meanwhile, all of them run the same. It is a package there, so that they find it
 * by its name. Compiled at each start, thousands of them would take longer to come up than to live.
 */
export async function build(): Promise<Built> {
  const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  execFileSync(process.execPath, [nest, 'build'], { cwd: ROOT, stdio: 'inherit' });
  await mkdir(join(ROOT, 'out'), { recursive: true });
  await sweep();
  const folder = await mkdtemp(join(ROOT, `out/faults-${process.pid}-`));
  for (const part of ['package.json', 'dist']) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  for (const source of SOURCES) {
    for (const file of await filesOf(source)) await compile(folder, file);
  }
  const path = (name: string): string => join(folder, WORKERS, name);
  return { folder, instance: path('instance.js'), racer: path('racer.js') };
}

/** Takes away what others left that were killed. The process that a folder belongs to is in its name. */
async function sweep(): Promise<void> {
  for (const name of await readdir(join(ROOT, 'out'))) {
    const [, pid] = /^faults-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(ROOT, 'out', name), { recursive: true, force: true });
  }
}

async function filesOf(source: string): Promise<string[]> {
  if (source.endsWith('.ts')) return [source];
  return (await readdir(join(ROOT, source))).map((file) => join(source, file));
}

async function compile(folder: string, file: string): Promise<void> {
  const source = await readFile(join(ROOT, file), 'utf8');
  const { code } = await transform(source, { ...COMPILER, filename: file });
  const compiled = join(folder, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(compiled), { recursive: true });
  await writeFile(compiled, code);
}
