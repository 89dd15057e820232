import { afterAll } from '@jest/globals';
import type { Dialect, TestDatabase } from '../../support/databases.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startWorker, type Worker, type WorkerOptions } from '../../support/worker.js';
import { createJournalDatabase } from './oracle.js';
import type { Settings } from './settings.js';

/** An instance is up within a second or two; this is for a machine that does much else. */
const START_PATIENCE_MS = 90_000;

type Launch = Omit<Settings, 'url'> & { readonly url?: string };

/**
 * The database of a scenario and the instances on it, which are processes of its `worker.ts`. All
 * of it is made when a test asks for it, and is gone after the last test of the `describe` in which
 * the scene is made.
 */
export class Scene {
  readonly #workers: Worker[] = [];
  readonly #proxies: TcpProxy[] = [];
  #database: Promise<TestDatabase> | undefined;

  constructor(
    private readonly dialect: Dialect,
    private readonly file: URL,
  ) {
    afterAll(() => this.#end());
  }

  get database(): Promise<TestDatabase> {
    return (this.#database ??= createJournalDatabase(this.dialect));
  }

  /** A proxy in front of the database's server. */
  async proxy(): Promise<TcpProxy> {
    const proxy = await TcpProxy.start({ port: Number(new URL((await this.database).url).port) });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Starts an instance without waiting for it. */
  async launch(settings: Launch, env: WorkerOptions['env'] = {}): Promise<Worker> {
    const { url } = await this.database;
    const worker = startWorker(this.file, { args: [JSON.stringify({ url, ...settings })], env });
    this.#workers.push(worker);
    return worker;
  }

  /** Starts an instance, and resolves when its crons run. */
  async start(settings: Launch, env?: WorkerOptions['env']): Promise<Worker> {
    const worker = await this.launch(settings, env);
    await ready(worker);
    return worker;
  }

  /** Ends instances the hard way; all of them if none are named. */
  async kill(workers: readonly Worker[] = this.#workers): Promise<void> {
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map(({ exited }) => exited));
  }

  async #end(): Promise<void> {
    await this.kill();
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await (await this.#database)?.drop();
  }
}

export async function ready(worker: Worker): Promise<void> {
  await worker.messages.next('ready', START_PATIENCE_MS);
}
