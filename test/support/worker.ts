import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { afterAll as AfterAll } from '@jest/globals';
import { forgetFaketime } from './faketime.js';
import { Inbox, type WorkerMessage } from './inbox.js';

export type { WorkerMessage } from './inbox.js';

export interface WorkerOptions {
  /** Added to the environment of the test process; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
  /** Modules to load before the file, as `node --import` takes them. */
  readonly preload?: readonly string[];
}

interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Worker {
  readonly pid: number;
  /** What it sent by `process.send({ type, … })`. */
  readonly messages: Inbox;
  /** Arrives as `process.on('message')` there. */
  send(message: WorkerMessage): Promise<void>;
  /** SIGTERM unless said otherwise. */
  kill(signal?: NodeJS.Signals): void;
  /** Resolves when it has ended and everything that it sent and printed has arrived. */
  readonly exited: Promise<WorkerEnd>;
  /** All that it has printed so far, on both channels. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<Worker>();

// A worker that a failed test left behind, stopped or not, must not reach into the next file.
// (Jest's global, for the same reason as in describe-with.ts.)
const { afterAll } = globalThis as unknown as { afterAll?: typeof AfterAll };
afterAll?.(async () => {
  for (const worker of running) {
    worker.kill('SIGKILL');
    await worker.exited;
  }
});

/** Starts a TypeScript or JavaScript file as a process of its own. */
export function startWorker(file: string | URL, options: WorkerOptions = {}): Worker {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  const preload = [support('typescript.mjs'), support('worker-lifeline.mjs')];
  const child = fork(path, options.args ?? [], {
    env: { ...process.env, ...options.env },
    execArgv: [...preload, ...(options.preload ?? [])].flatMap((module) => ['--import', module]),
    silent: true,
  });

  const printed = { output: '', stdout: '', stderr: '' };
  for (const channel of ['stdout', 'stderr'] as const) {
    child[channel]?.setEncoding('utf8').on('data', (text: string) => {
      printed.output += text;
      printed[channel] += text;
    });
  }
  const messages = new Inbox(
    () => `${basename(path)} (pid ${child.pid}) printed:\n${printed.output}`,
  );
  child.on('message', (message) => messages.push(message as WorkerMessage));

  const worker: Worker = {
    // Only a process that could not be started has none, and that shows in `exited`.
    pid: child.pid ?? Number.NaN,
    messages,
    send: (message) =>
      new Promise((resolve, reject) => {
        child.send(message, (error) => (error ? reject(error) : resolve()));
      }),
    kill: (signal) => void child.kill(signal),
    exited: end(child).then(async (result) => {
      messages.end(`it ended with ${result.signal ?? `code ${result.code}`}`);
      if (options.env?.FAKETIME) await forgetFaketime(worker.pid);
      running.delete(worker);
      return result;
    }),
    get output() {
      return printed.output;
    },
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
  };
  running.add(worker);
  return worker;
}

async function end(child: ChildProcess): Promise<WorkerEnd> {
  // 'close', not 'exit': only then have the last lines and messages arrived.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

function support(name: string): string {
  return new URL(name, import.meta.url).href;
}
