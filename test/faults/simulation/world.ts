import { lockRequest } from '../../../lib/core/lock-request.js';
import { SingleRun } from '../../../lib/core/single-run.js';
import { BodyJudge } from './bodies.js';
import { CallJudge, drawnFor } from './calls.js';
import { Chance } from './chance.js';
import { Database } from './database.js';
import { Decisions } from './decisions.js';
import { Faults } from './faults.js';
import { Instance, type MakeSingleRun } from './instance.js';
import { Ledger } from './ledger.js';
import { Machine, type ClockErrors } from './machine.js';
import { ModelStore } from './model-store.js';
import { oldRows } from './old-rows.js';
import { Timeline } from './timeline.js';
import { Traffic } from './traffic.js';
import { Verdicts } from './verdicts.js';
import { weatherOf, type NetworkWeather, type Weather } from './weather.js';
import { Wire } from './wire.js';
import { Workload } from './workload.js';

/** What a negative control does in another way. */
export interface Spoilt {
  readonly store?: (nowAt: () => number) => ModelStore;
  readonly singleRun?: MakeSingleRun;
  readonly rate?: number;
}

const BEGINNING_AT = Date.UTC(2030, 0, 1);
const GOOD_NETWORK: NetworkWeather = {
  ...{ latencyMs: 1, slow: 0, slowMs: 0, loseRequest: 0, loseReply: 0, repeat: 0, repeatMs: 0 },
  ...{ reset: 0, unsent: 0, refuse: 0 },
};

/** Everything of one seed. */
export class World {
  readonly timeline = new Timeline(BEGINNING_AT);
  readonly chance: Chance;
  readonly weather: Weather;
  readonly verdicts: Verdicts;
  readonly ledger: Ledger;
  readonly calls: CallJudge;
  readonly bodies: BodyJudge;
  readonly traffic: Traffic;
  readonly faultsByKind: Record<string, number> = {};
  /** All that ever were, and those that are there now. */
  readonly everyInstance: Instance[] = [];
  instances: Instance[] = [];
  network: NetworkWeather;
  readonly #spoilt: Spoilt;
  readonly #database: Database;
  readonly #decisions: Decisions;
  readonly #workload: Workload;
  #owners = 0;

  constructor(seed: number, spoilt: Spoilt, line: ((text: string) => void) | undefined) {
    this.#spoilt = spoilt;
    this.chance = new Chance(seed);
    this.weather = weatherOf(this.chance);
    this.network = this.weather.network;
    this.verdicts = new Verdicts(seed, this.timeline, line);
    this.bodies = new BodyJudge(this.timeline, this.verdicts, this.weather.isWild);
    const nowAt = (): number => Math.floor(this.timeline.nowAt);
    this.ledger = new Ledger(this.verdicts, nowAt, (grant) => this.bodies.watch(grant));
    this.calls = new CallJudge(this.verdicts, this.timeline, this.ledger);
    this.traffic = new Traffic(this.timeline, this.verdicts, this, this.weather.isCalm);
    const store = spoilt.store?.(nowAt) ?? new ModelStore(nowAt);
    this.#database = new Database(this.timeline, store);
    const isMemoryCompared = this.chance.roll(0.1);
    if (!isMemoryCompared) oldRows(this.chance, this.weather, store, this.ledger, nowAt());
    this.#decisions = new Decisions(this.#database, this, isMemoryCompared);
    this.#workload = new Workload(this.timeline, this.chance, this.weather);
  }

  begin(): void {
    this.verdicts.trace?.('weather', JSON.stringify(this.weather));
    for (let place = 1; place <= this.weather.instances; place += 1) {
      this.instances.push(this.#start(`i${place}`));
    }
    for (const instance of this.instances) this.#workload.beginCrons(instance);
    this.#workload.begin(() => this.instances);
    const { timeline, chance, weather, verdicts, bodies } = this;
    new Faults({
      ...{ timeline, chance, weather, verdicts, bodies, database: this.#database },
      instances: () => this.instances,
      replace: (gone) => this.#replace(gone),
      count: (fault) => this.count(fault),
    }).plan();
  }

  /** No faults any more; what was under way may still be late. */
  clearUp(): void {
    this.verdicts.trace?.('FAULT', 'no more of them');
    this.network = GOOD_NETWORK;
    this.#database.comeBack();
  }

  /** A fresh instance with a good clock asks for a name, and has to get it. */
  async probe(name: string, waitMs: number): Promise<void> {
    const { calls } = this.calls;
    const before = calls.length;
    const prober = this.#start(`p-${name}`, { offsetMs: 0, rate: 1 });
    const request = lockRequest({ name, ttlMs: 1000, waitMs: Math.ceil(waitMs) });
    await prober.run(request, { steps: [{ do: 'work', forMs: 1 }], isHeeding: true });
    this.verdicts.judges('liveness');
    if (calls[before]?.outcome === 'ran') return;
    this.verdicts.broken('liveness', `${name} was not granted within ${waitMs} ms, with all well`);
  }

  count(fault: string): void {
    this.faultsByKind[fault] = (this.faultsByKind[fault] ?? 0) + 1;
  }

  #replace(gone: Instance): void {
    const place = this.instances.indexOf(gone);
    if (place < 0) return;
    const [label, life = '1'] = gone.machine.label.split('#');
    const next = this.#start(`${label}#${Number(life) + 1}`);
    this.instances[place] = next;
    this.#workload.beginCrons(next);
  }

  #start(label: string, clock = this.#clock()): Instance {
    const { timeline, chance, verdicts } = this;
    const machine = new Machine(label, { timeline, chance, owner: () => this.#owner() }, clock);
    const wire = new Wire(machine, {
      ...{ timeline, chance, verdicts, database: this.#database, decisions: this.#decisions },
      traffic: this.traffic,
      network: () => this.network,
      count: (fault) => this.count(fault),
    });
    const instance = new Instance(machine, wire, {
      ...{ timeline, verdicts, ledger: this.ledger, calls: this.calls, bodies: this.bodies },
      ...{ isCalm: this.weather.isCalm, isWild: this.weather.isWild },
      makeSingleRun: this.#spoilt.singleRun ?? ((parts) => new SingleRun(parts)),
    });
    verdicts.trace?.(label, `starts: ${JSON.stringify(clock)}`);
    this.everyInstance.push(instance);
    return instance;
  }

  #clock(): ClockErrors {
    const { offsetMs, drift } = this.weather.clocks;
    return {
      offsetMs: Math.round(offsetMs * this.chance.between(-1, 1)),
      rate: this.#spoilt.rate ?? 1 + drift * this.chance.between(-1, 1),
    };
  }

  #owner(): string {
    const owner = `o${(this.#owners += 1)}`;
    drawnFor.getStore()?.owners.push(owner);
    return owner;
  }
}
