import type { ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { forgetFaketime } from '../../support/faketime.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { Life } from './evidence.js';
import { lastWords, startProcess } from './start-process.js';
import { REFUSED } from './worker/refused.js';
import type { Settings } from './worker/settings.js';
import type { Asked, Trouble, Troubled } from './worker/trouble.js';

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
  #journal = '';
  #speed = 1;
  /** Whether its process was to be killed, and not only because it heeded no SIGTERM. */
  #isKilled = false;
  #killedAt: number | undefined;
  #asked = 0;

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
      const said = await lastWords({ journal: this.#journal });
      throw new Error(`${this.#label} does not come up:\n${said}`);
    }
  }

  async kill(): Promise<void> {
    this.#isToEnd = true;
    this.#isKilled = true;
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** By SIGTERM, or if it does not heed that, by force. */
  async terminate(): Promise<void> {
    this.#isToEnd = true;
    const lastResort = setTimeout(() => this.signal('SIGKILL'), PATIENCE_MS);
    this.signal('SIGTERM');
    await this.#exited;
    clearTimeout(lastResort);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
    // It does nothing more, even if it is a while until its end is known here.
    if (signal === 'SIGKILL') this.#killedAt = this.parts.now();
  }

  /** @returns what it answers once that is over, if it does */
  async ask(trouble: Trouble): Promise<Troubled | undefined> {
    const child = this.#child;
    if (!child?.connected) return undefined;
    const over = new AbortController();
    const { signal } = over;
    const asked: Asked = { id: (this.#asked += 1), trouble };
    const answered = answerTo(asked, child, signal).catch(() => undefined);
    child.send(asked, () => {});
    const late = pause(PATIENCE_MS, undefined, { signal }).catch(() => {});
    const first = await Promise.race([answered, this.#exited, late]);
    over.abort();
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
    const startedAt = now();
    await this.resetClock();
    const label = `${this.place}.${this.lives.length + 1}`;
    const own: Settings = { ...settings(label), speed: this.#speed };
    const child = startProcess(file, own, this.#clock());
    this.#child = child;
    this.#label = label;
    this.#journal = own.journal;
    this.#isToEnd = false;
    this.#isKilled = false;
    this.#killedAt = undefined;
    const place = this.lives.length;
    const life = { instance: label, order: own.order.join(', '), startedAt, speed: this.#speed };
    this.lives.push({ ...life, diedAt: undefined, how: undefined, exit: undefined });
    const up = once(child, 'message').then(() => true);
    this.#exited = once(child, 'exit').then(async ([code, signal]: unknown[]) => {
      const diedAt = this.#killedAt ?? now();
      const byItself = code === REFUSED ? 'refused' : 'end';
      const how = !this.#isToEnd ? byItself : this.#isKilled ? 'SIGKILL' : 'SIGTERM';
      this.lives[place] = { ...life, diedAt, how, exit: String(signal ?? code) };
      if (child.pid !== undefined) await forgetFaketime(child.pid);
    });
    const lastResort = setTimeout(() => this.signal('SIGKILL'), START_MS);
    const isUp = await Promise.race([up, this.#exited.then(() => false)]);
    clearTimeout(lastResort);
    return isUp;
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

/** Other answers are those that came too late. */
async function answerTo(
  { id }: Asked,
  child: ChildProcess,
  signal: AbortSignal,
): Promise<Troubled | undefined> {
  for await (const [message] of on(child, 'message', { signal })) {
    const answer = message as Troubled;
    if (answer.id === id) return answer;
  }
  return undefined;
}
