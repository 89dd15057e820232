import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 30_000;
const ATTEMPTS = 3;
const LINES_KEPT = 20;

/** Debian keeps servers in sbin, which is not on the PATH of a normal user. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs a program to its end. Quiet, unless it fails: then its last lines are in the error. */
export async function run(command, args, options = {}) {
  const child = begin(command, args, { ...options, timeout: PATIENCE_MS });
  const code = await child.ended;
  if (code !== 0) throw child.failure(`ended with code ${code}`);
  return child.output();
}

/**
 * Starts a server and resolves once it has said `readyText`. It is stopped with the scope, by the
 * handle of the process that was started here and by nothing else.
 */
export async function serve(command, args, { stopSignal, scope, ...options }) {
  const server = launch(command, args, options);
  let stopping = false;
  scope.defer(async () => {
    stopping = true;
    await server.stop(stopSignal);
  });
  await server.ready;
  void server.ended.then(() => {
    if (!stopping) console.error(server.failure('ended while tests were using it').message);
  });
}

/**
 * Starts a server that its caller looks after. `ready` resolves once it has said `readyText`, and
 * rejects with its last lines if it does not.
 */
export function launch(command, args, { readyText, ...options }) {
  const child = begin(command, args, options);
  return { ...child, ready: whenReady(child, readyText), stop: (signal) => stop(child, signal) };
}

async function whenReady(child, readyText) {
  let timer;
  const ready = await Promise.race([
    new Promise((resolve) => {
      child.lines.on('line', (line) => line.includes(readyText) && resolve(true));
      timer = setTimeout(() => resolve(false), PATIENCE_MS);
    }),
    child.ended.then(() => false),
  ]);
  clearTimeout(timer);
  if (!ready) throw child.failure('did not become ready');
}

async function stop(child, signal) {
  const lastResort = setTimeout(() => child.process.kill('SIGKILL'), PATIENCE_MS);
  child.process.kill(signal);
  await child.ended;
  clearTimeout(lastResort);
}

/** A port can be taken between the moment it is found and the moment the server binds it. */
export async function onFreePort(start) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === ATTEMPTS || !/address already in use/i.test(error.message)) throw error;
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function begin(command, args, options) {
  const process = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  const lines = createInterface({ input: process.stderr });
  for (const stream of [lines, createInterface({ input: process.stdout })]) {
    stream.on('line', (line) => said.push(line) > LINES_KEPT && said.shift());
  }
  const ended = once(process, 'close').then(
    ([code]) => code,
    (error) => said.push(error.message), // it could not be started at all
  );
  return {
    process,
    lines,
    ended,
    output: () => said.join('\n'),
    failure: (what) => new Error([`${basename(command)} ${what}:`, ...said].join('\n  ')),
  };
}
