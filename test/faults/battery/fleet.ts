import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { throughPort } from '../../support/databases/url.js';
import type { Chance } from './chance.js';
import type { DatabaseClock } from './clock.js';
import type { Cut, JournalLine, Life } from './evidence.js';
import type { Ground } from './grounds/ground.js';
import { Slot } from './slot.js';
import { lastWords } from './start-process.js';
import type { Part, Settings } from './worker/settings.js';

/** Seconds by which the wall clocks of instances are wrong when nothing is done to them. */
const SKEWS = [0, -0.55, 0, 0.28, 0, 0.55, 0, -0.28];
const ORDERS: readonly (readonly [Part, Part, Part])[] = [
  ['schedule', 'typeorm', 'marathon'],
  ['marathon', 'typeorm', 'schedule'],
];

export interface FleetParts {
  readonly ground: Ground;
  readonly chance: Chance;
  readonly clock: DatabaseClock;
  readonly file: string;
  /** Where journals and clocks are kept. */
  readonly folder: string;
  readonly faketime: string | undefined;
  readonly instances: number;
  readonly ttlMs: number;
  readonly names: readonly string[];
  readonly batchNames: readonly string[];
}

/** The instances of an application, on one database. */
export class Fleet {
  readonly slots: readonly Slot[];
  /** By the proxies, so there are none on SQLite. */
  readonly cuts: Cut[] = [];
  readonly #parts: FleetParts;
  readonly #proxies: readonly TcpProxy[];

  private constructor(parts: FleetParts, proxies: readonly TcpProxy[]) {
    this.#parts = parts;
    this.#proxies = proxies;
    this.slots = Array.from({ length: parts.instances }, (_, place) => this.#slot(place));
    for (const [place, proxy] of proxies.entries()) {
      const slot = this.slots[place]!;
      // Noticed after a restart it counts for the next process, which excuses a little too much.
      proxy.on('left', () => this.cuts.push({ instance: slot.label, at: parts.clock.now() }));
    }
  }

  /** Its instances have to be started. */
  static async create(parts: FleetParts): Promise<Fleet> {
    const { dialect, url } = parts.ground;
    const proxies: TcpProxy[] = [];
    for (let place = 0; dialect !== 'sqlite' && place < parts.instances; place += 1) {
      proxies.push(await TcpProxy.start({ port: Number(new URL(url).port) }));
    }
    return new Fleet(parts, proxies);
  }

  async start(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.start()));
  }

  /** By which the server knows the connections of all instances. */
  get serverSidePorts(): number[] {
    return this.#proxies.flatMap((proxy) => proxy.serverSidePorts);
  }

  /** With the last words of those that nobody had asked to end. */
  lives(): Promise<Life[]> {
    const lives = this.slots.flatMap((slot) => slot.lives);
    return Promise.all(
      lives.map(async (life) => {
        if (life.how !== 'end' && life.how !== 'refused') return life;
        return { ...life, said: await lastWords({ journal: this.#journalOf(life.instance) }) };
      }),
    );
  }

  /** Shuts all of them down. */
  async stop(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.terminate()));
  }

  /** Leaves no process and no socket behind, whatever has become of them. */
  async end(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.kill()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  /** What all processes have noted, in the order in which it happened. */
  async journal(): Promise<JournalLine[]> {
    const { clock, folder } = this.#parts;
    const files = (await readdir(folder)).filter((file) => file.endsWith('.journal'));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return texts
      .flatMap((text) => text.split('\n').filter(Boolean))
      .map((line) => dated(JSON.parse(line) as JournalLine, clock))
      .sort((a, b) => a.at - b.at);
  }

  #journalOf(instance: string): string {
    return join(this.#parts.folder, `${instance}.journal`);
  }

  #slot(place: number): Slot {
    const { batchNames, clock, faketime, file, folder, ground, names, ttlMs } = this.#parts;
    const chance = this.#parts.chance.fork();
    const proxy = this.#proxies[place];
    const settings = (instance: string): Omit<Settings, 'speed'> => ({
      url: proxy ? throughPort(ground.url, proxy.port) : ground.url,
      instance,
      journal: this.#journalOf(instance),
      ttlMs,
      seed: chance.between(1, 2 ** 31),
      poolSize: chance.oneOf([1, 4]),
      order: chance.oneOf(ORDERS),
      names,
      batchNames,
      speaksMysql: place % 3 === 2,
    });
    return new Slot(`w${place + 1}`, {
      file,
      proxy,
      faketime,
      clockFile: proxy && faketime ? join(folder, `${place}.clock`) : undefined,
      skewSeconds: SKEWS[place % SKEWS.length]!,
      settings,
      now: () => clock.now(),
    });
  }
}

function dated(line: JournalLine, clock: DatabaseClock): JournalLine {
  const at = clock.dated(line.at);
  return 'since' in line ? { ...line, at, since: clock.dated(line.since) } : { ...line, at };
}
