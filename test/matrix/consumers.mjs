import { createHash } from 'node:crypto';
import { cp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, ROOT, run, workspace } from './workspace.mjs';

const FIXTURES = new URL('fixtures/', import.meta.url);

/** Installs the packed tarball into a small application, and runs the application's own test. */
export async function runConsumer(cell) {
  const fixture = new URL(`${cell.fixture}/`, FIXTURES);
  const { dependencies, ...manifest } = JSON.parse(
    await readFile(new URL('package.json', fixture), 'utf8'),
  );
  const here = await workspace(cell, {
    ...manifest,
    dependencies: {
      ...dependencies,
      ...cell.dependencies,
      'nestjs-marathon': `file:../${await packed()}`,
    },
  });
  await cp(fileURLToPath(fixture), here.folder, {
    recursive: true,
    filter: (path) => !path.endsWith('package.json'),
  });
  const { code, output } = await run('npm', ['test'], { cwd: here.folder, node: here.node });
  return {
    status: code === 0 ? 'passed' : 'failed',
    ran: manifest.scripts.test,
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    reason: code === 0 ? undefined : output.slice(-4000),
  };
}

let tarball;

/** The tarball's name, by its content: a package that has changed is installed anew. */
function packed() {
  tarball ??= pack();
  return tarball;
}

async function pack() {
  const [root, cache] = [ROOT, CACHE].map((url) => fileURLToPath(url));
  for (const args of [
    ['run', 'build'],
    ['pack', `--pack-destination=${cache}`],
  ]) {
    const { code, output } = await run('npm', args, { cwd: root, node: process.execPath });
    if (code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
  }
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const made = join(cache, `${name}-${version}.tgz`);
  const hash = createHash('sha256')
    .update(await readFile(made))
    .digest('hex')
    .slice(0, 12);
  const kept = `${name}-${hash}.tgz`;
  await rename(made, join(cache, kept));
  return kept;
}
