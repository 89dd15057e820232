import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { relay } from '../output.js';
import { toEnvironment, type Settings } from '../settings.js';

const ENTRY = new URL('../instance.js', import.meta.url);

/** One instance of the shop, as main.ts sees it. */
export class InstanceProcess {
  /** Resolves once its application has started, and rejects if it ends before. */
  readonly ready: Promise<void>;
  /** Resolves to how it ended, once its last line has been printed. */
  readonly ended: Promise<string>;
  readonly name: string;
  private readonly child: ChildProcess;

  constructor(settings: Settings) {
    this.name = settings.instance;
    this.child = fork(ENTRY, {
      env: { ...process.env, ...toEnvironment(settings) },
      silent: true,
    });
    this.relayLines(this.child.stdout!, false);
    this.relayLines(this.child.stderr!, true);
    this.ended = once(this.child, 'close').then(([code, signal]) => signal ?? `exit code ${code}`);
    this.ready = Promise.race([
      once(this.child, 'message').then(() => {}),
      this.ended.then((how) => {
        throw new Error(`${this.name} could not start (${how}).`);
      }),
    ]);
    // It also rejects long after the start, when nobody listens any more.
    this.ready.catch(() => {});
  }

  send(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  private relayLines(input: NodeJS.ReadableStream, alarming: boolean): void {
    createInterface({ input }).on('line', (line) => relay(this.name, line, alarming));
  }
}
