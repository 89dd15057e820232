import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from './chance.js';
import type { DatabaseClock } from './clock.js';
import type { Injected, RowLock } from './evidence.js';
import type { Done, Fault, Held, InstanceFault, Means } from './faults/fault.js';
import type { Fleet } from './fleet.js';
import type { Ground } from './grounds/ground.js';
import { holders } from './holders.js';
import type { Races } from './races.js';
import type { Slot } from './slot.js';

/** Of the faults that are done to one instance, so many look for one that holds a name. */
const AIMED_SHARE = 0.85;
/** So many of the instances have trouble at the same time; the others go on. */
const TROUBLED_SHARE = 0.7;
const PAUSE_MS = 20;
/** Far longer than anything takes that is done. */
const PATIENCE_MS = 180_000;
/** Where so many fail in a row, the next ones will too. */
const MOST_IN_VAIN = 50;

export interface BatteryParts {
  readonly ground: Ground;
  readonly fleet: Fleet;
  readonly clock: DatabaseClock;
  readonly chance: Chance;
  readonly faults: readonly Fault[];
  readonly ttlMs: number;
  readonly races: Races;
}

/** Does one thing after the other to a fleet and its database, several at the same time. */
export class Battery {
  readonly injected: Injected[] = [];
  /** How often each kind was tried, whether it could be done or not. */
  readonly tried: Record<string, number>;
  readonly rowLocks: RowLock[] = [];
  readonly #parts: BatteryParts;
  readonly #pending = new Set<Promise<void>>();
  /** Races come on top, unless there is nothing else to do. */
  readonly #counts: (fault: Pick<Fault, 'on'>) => boolean;
  /** Of those that count, done or under way. */
  #counted = 0;
  #inVain = 0;
  #isServerBusy = false;
  #isRacing = false;
  #failure: unknown;

  constructor(parts: BatteryParts) {
    this.#parts = parts;
    this.tried = Object.fromEntries(parts.faults.map(({ kind }) => [kind, 0]));
    const hasOnlyRaces = parts.faults.every(({ on }) => on === 'race');
    this.#counts = ({ on }) => hasOnlyRaces || on !== 'race';
  }

  /** What is going on, for whoever waits for it. */
  get progress(): string {
    return `${this.injected.length} done, ${this.#pending.size} under way`;
  }

  /**
   * Until so many faults were done.
   *
   * @throws if one could not even be tried; what was done until then stands
   */
  async run(total: number): Promise<void> {
    const { chance, faults } = this.#parts;
    // Each kind is tried once, however rare; then they come by their weights.
    const first = chance.shuffled(faults.filter(this.#counts));
    while (!this.#failure) {
      if (this.#counted < total) {
        await this.#insert(first.pop() ?? chance.weighted(faults), chance.fork());
      } else if (this.#pending.size > 0) await Promise.race(this.#pending);
      else break;
    }
    await Promise.all(this.#pending);
    if (this.#failure) throw this.#failure;
  }

  /** Not another one instead: the quick ones would crowd out those that take their time. */
  async #insert(fault: Fault, chance: Chance): Promise<void> {
    const isAimed = chance.isTrue(AIMED_SHARE);
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!this.#failure && !(await this.#begin(fault, isAimed, chance))) {
      await pause(PAUSE_MS);
      if (performance.now() < giveUpAt) continue;
      this.#failure = new Error(`Nothing can be done any more, as '${fault.kind}' shows.`);
    }
  }

  /** @returns whether it could be begun now */
  async #begin(fault: Fault, isAimed: boolean, chance: Chance): Promise<boolean> {
    if (fault.on === 'instance') return this.#trouble(fault, isAimed, chance);
    if (fault.on === 'race') {
      if (this.#isRacing) return false;
      this.#isRacing = true;
      const done = this.#parts.races.run(chance);
      this.#during(fault, {}, done, () => (this.#isRacing = false));
      return true;
    }
    if (this.#isServerBusy) return false;
    this.#isServerBusy = true;
    const all = fault.aims ? await this.#held() : [];
    const held = all.length > 0 ? chance.oneOf(all) : undefined;
    const done = fault.inject(this.#means(chance), held);
    this.#during(fault, { held }, done, () => (this.#isServerBusy = false));
    return true;
  }

  async #trouble(fault: InstanceFault, isAimed: boolean, chance: Chance): Promise<boolean> {
    const aim = await this.#target(isAimed || fault.needsHolder === true, chance);
    if (!aim) return false;
    const { held, target } = aim;
    target.isBusy = true;
    const done = fault.inject(target, this.#means(chance), held);
    this.#during(fault, { held, instance: target.label }, done, () => (target.isBusy = false));
    return true;
  }

  #means(chance: Chance): Means {
    const { clock } = this.#parts;
    const { rowLocks } = this;
    return { ...this.#parts, chance, now: () => clock.now(), rowLocks };
  }

  #during(
    fault: Fault,
    { held, instance }: { held?: Held | undefined; instance?: string | undefined },
    work: Promise<Done>,
    end: () => void,
  ): void {
    const { clock } = this.#parts;
    const { harmless = false, hinders = false, kind, on } = fault;
    const from = clock.now();
    if (this.#counts(fault)) this.#counted += 1;
    const noted = work
      .catch((error: unknown) => {
        this.#failure ??= new Error(`The fault '${kind}' could not be tried.`, { cause: error });
        return 'not done';
      })
      .then((done) => {
        const to = clock.now();
        const injected = { kind, on, instance, aimedAt: held, hinders, harmless, from, to };
        this.tried[kind]! += 1;
        if (done === 'done') this.injected.push(injected);
        else if (this.#counts(fault)) this.#counted -= 1;
        this.#inVain = done === 'done' ? 0 : this.#inVain + 1;
        if (this.#inVain === MOST_IN_VAIN) {
          this.#failure ??= new Error(`The last ${MOST_IN_VAIN} faults could not be done.`);
        }
        this.#pending.delete(noted);
        end();
      });
    this.#pending.add(noted);
  }

  /** One that has no trouble yet, and if it is to be aimed, one that holds something. */
  async #target(
    isAimed: boolean,
    chance: Chance,
  ): Promise<{ target: Slot; held: Held | undefined } | undefined> {
    const { fleet } = this.#parts;
    const lost = fleet.slots.find((slot) => slot.isLost && !slot.isBusy);
    if (lost) await lost.start();
    const free = fleet.slots.filter(({ isBusy }) => !isBusy);
    if (free.length <= fleet.slots.length * (1 - TROUBLED_SHARE)) return undefined;
    if (!isAimed) return { target: chance.oneOf(free), held: undefined };
    const aims = (await this.#held()).flatMap((held) => {
      const target = free.find(({ isBusy, label }) => label === held.instance && !isBusy);
      return target ? [{ target, held }] : [];
    });
    return aims.length > 0 ? chance.oneOf(aims) : undefined;
  }

  /** Nobody holds anything while the database is away. */
  #held(): Promise<(Held & { readonly instance: string })[]> {
    return holders(this.#parts.ground).catch(() => []);
  }
}
