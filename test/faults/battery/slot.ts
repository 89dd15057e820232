import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { forgetFaketime } from '../../support/faketime.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Life } from './evidence.js';
import { logOf, startProcess } from './start-process.js';
import type { Settings } from './worker/settings.js';
import type { Trouble, Troubled } from './worker/trouble.js';

/** So long a process may take to come up: the database may be away, and all others start too. */
const START_MS = 120_000;
/** So long it may take to end by SIGTERM, or to answer. */
const PATIENCE_MS = 30_000;

export interface SlotParts {
  readonly file: string;
  /** In front of the server; a file has none. */
  readonly proxy: TcpProxy | undefined;
  /** Where the clock of its processes is set; `undefined` if it cannot be. */
  readonly clockFile: string | undefined;
  /** Where libfaketime is. */
  readonly faketime: string | undefined;
  /** How wrong its wall clock is when no fault has set it. */
  readonly skewSeconds: number;
  readonly settings: (label: string) => Omit<Settings, 'speed'>;
  readonly now: () => number;
}

/** The place of one instance in the fleet, in which one process follows the other. */
export class Slot {
  readonly lives: Life[] = [];
  /** A fault is being done to it. */
  isBusy = false;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  /** Whether its process was asked, or made, to end. */
  #isToEnd = true;
  #label = '';
  #log = '';
  #speed = 1;

  constructor(
    private readonly place: string,
    private readonly parts: SlotParts,
  ) {}

  /** Whether its process ended, and nobody had asked it to. */
  get isLost(): boolean {
    return this.lives.at(-1)?.how === 'end';
  }

  /** Of the process that is there now. */
  get label(): string {
    return this.#label;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  get proxy(): TcpProxy {
    if (!this.parts.proxy) throw new Error('There is no network in front of a file.');
    return this.parts.proxy;
  }

  /** @param speed of both its clocks */
  async start(speed = 1): Promise<void> {
    this.#speed = speed;
    for (const giveUpAt = performance.now() + START_MS; ; await pause(200)) {
      if (await this.#launch()) return;
      if (performance.now() < giveUpAt) continue;
      throw new Error(`${this.#label} does not come up:\n${await this.#printed()}`);
    }
  }

  async kill(): Promise<void> {
    this.#isToEnd = true;
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** By SIGTERM. @returns what was wrong with its end */
  async terminate(): Promise<string | undefined> {
    this.#isToEnd = true;
    const lastResort = setTimeout(() => this.signal('SIGKILL'), PATIENCE_MS);
    this.signal('SIGTERM');
    await this.#exited;
    clearTimeout(lastResort);
    const { exitCode, signalCode } = this.#child ?? {};
    if (exitCode === 0) return undefined;
    return `shutdown: ${this.#label} ended with ${signalCode ?? `code ${exitCode}`} after SIGTERM.`;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** @returns what it answers once that is over, if it does */
  async ask(trouble: Trouble): Promise<Troubled | undefined> {
    const child = this.#child;
    if (!child?.connected) return undefined;
    const answer = new AbortController();
    const answered = once(child, 'message', { signal: answer.signal }).then(
      ([message]) => message as Troubled,
      () => undefined,
    );
    child.send(trouble, () => {});
    const late = pause(PATIENCE_MS, undefined, { signal: answer.signal }).catch(() => {});
    const first = await Promise.race([answered, this.#exited, late]);
    answer.abort();
    return first ?? undefined;
  }

  /** Sets the wall clock of the process that is there: as libfaketime reads it, such as `+2h`. */
  async setClock(specification: string): Promise<void> {
    if (this.parts.clockFile) await writeFile(this.parts.clockFile, `${specification}\n`);
  }

  resetClock(): Promise<void> {
    const { skewSeconds } = this.parts;
    return this.setClock(`${skewSeconds < 0 ? '' : '+'}${skewSeconds}`);
  }

  /** @returns whether it came up */
  async #launch(): Promise<boolean> {
    const { file, now, settings } = this.parts;
    await this.resetClock();
    const label = `${this.place}.${this.lives.length + 1}`;
    const own: Settings = { ...settings(label), speed: this.#speed };
    const child = startProcess(file, own, this.#clock());
    this.#child = child;
    this.#label = label;
    this.#log = logOf(own);
    this.#isToEnd = false;
    const place = this.lives.length;
    this.lives.push({ instance: label, speed: this.#speed, diedAt: undefined, how: undefined });
    const up = once(child, 'message').then(() => true);
    this.#exited = once(child, 'exit').then(async ([, signal]: unknown[]) => {
      const how = !this.#isToEnd ? 'end' : signal === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM';
      this.lives[place] = { ...this.lives[place]!, diedAt: now(), how };
      if (child.pid !== undefined) await forgetFaketime(child.pid);
    });
    const lastResort = setTimeout(() => this.signal('SIGKILL'), START_MS);
    const isUp = await Promise.race([up, this.#exited.then(() => false)]);
    clearTimeout(lastResort);
    // One that could not start ends by itself, and is tried again. One that was up must not.
    if (!isUp) this.lives[place] = { ...this.lives[place]!, how: 'SIGTERM' };
    return isUp;
  }

  /** The last that it said. */
  async #printed(): Promise<string> {
    return (await readFile(this.#log, 'utf8')).slice(-2000);
  }

  #clock(): Record<string, string> {
    const { clockFile, faketime } = this.parts;
    if (!clockFile || !faketime) return {};
    if (this.#speed !== 1) return { LD_PRELOAD: faketime, FAKETIME: `+0 x${this.#speed}` };
    return {
      LD_PRELOAD: faketime,
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_CACHE_DURATION: '1',
      // The journal is dated by it.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1', // its name before libfaketime 0.9.9
    };
  }
}
