import { afterAll } from '@jest/globals';
import { createDatabase, type Dialect, type TestDatabase } from '../../support/databases.js';
import { startWorker, type Worker } from '../../support/worker.js';
import { toEnvironment, type ProgramSettings } from './settings.js';

const FILE = new URL('./worker.ts', import.meta.url);
/** A program is up within a second or two; this is for a machine that does much else. */
const START_PATIENCE_MS = 90_000;

/** What became of a program. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The types of what it told, in order. */
  readonly told: readonly string[];
}

/** A command line program, and its database, which goes after the last test. */
export class Program {
  #database: Promise<TestDatabase> | undefined;
  readonly #workers: Worker[] = [];

  constructor(private readonly dialect: Dialect) {
    afterAll(() => this.#end());
  }

  get database(): Promise<TestDatabase> {
    return (this.#database ??= createDatabase(this.dialect));
  }

  /** Starts a process, without waiting for it. */
  async start(command: string, settings: Partial<ProgramSettings> = {}): Promise<Worker> {
    const { url } = await this.database;
    const env = toEnvironment({ url, instance: 'somebody', ...settings });
    const worker = startWorker(FILE, { args: command.split(' '), env });
    this.#workers.push(worker);
    return worker;
  }

  /** Starts a process, and resolves when its task has. */
  async begin(command: string, settings?: Partial<ProgramSettings>): Promise<Worker> {
    const worker = await this.start(command, settings);
    await worker.messages.next('started', START_PATIENCE_MS);
    return worker;
  }

  /** Runs a process to its end. */
  async run(command: string, settings?: Partial<ProgramSettings>): Promise<Ended> {
    return ended(await this.start(command, settings));
  }

  async #end(): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await Promise.all(this.#workers.map(({ exited }) => exited));
    await (await this.#database)?.drop();
  }
}

/** Waits for the end of a process. */
export async function ended(worker: Worker): Promise<Ended> {
  const { code } = await worker.exited;
  const { stdout, stderr, messages } = worker;
  return { code, stdout, stderr, told: messages.all.map(({ type }) => type) };
}
