import type { BodyJudge } from './bodies.js';
import type { Chance } from './chance.js';
import type { Database } from './database.js';
import type { Instance } from './instance.js';
import type { Timeline } from './timeline.js';
import type { Verdicts } from './verdicts.js';
import type { FaultKind, Weather } from './weather.js';

export interface FaultParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly weather: Weather;
  readonly verdicts: Verdicts;
  readonly database: Database;
  readonly bodies: BodyJudge;
  readonly instances: () => readonly Instance[];
  /** A new instance comes up in the place of one that is gone. */
  readonly replace: (instance: Instance) => void;
  readonly count: (fault: string) => void;
}

/** Does what the weather has planned, more than half of it to those who hold a lease just then. */
export class Faults {
  readonly #parts: FaultParts;
  readonly #does: Record<FaultKind, () => void> = {
    stop: () => this.#standStill('stop'),
    suspend: () => this.#standStill('suspend'),
    crash: () => this.#crash(),
    shutdown: () => this.#shutDown(),
    outage: () => this.#goDown(),
    rowLock: () => this.#lockRow(),
    forceRelease: () => this.#forceRelease(),
    clockStep: () => this.#stepClock(),
  };

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  plan(): void {
    const { chance, count, timeline, weather, verdicts } = this.#parts;
    for (const [kind, times] of Object.entries(weather.faults) as [FaultKind, number][]) {
      for (let left = times; left > 0; left -= 1) {
        timeline.after(chance.between(0, weather.activeMs), () => {
          verdicts.trace?.('FAULT', kind);
          count(kind);
          this.#does[kind]();
        });
      }
    }
  }

  #target(): Instance {
    const { bodies, chance, instances } = this.#parts;
    const all = instances();
    const machines = bodies.running.map(({ call }) => call.machine);
    const holders = all.filter(({ machine }) => machines.includes(machine));
    return chance.pick(holders.length > 0 && chance.roll(0.6) ? holders : all);
  }

  #standStill(kind: 'stop' | 'suspend'): void {
    const { chance, weather } = this.#parts;
    this.#target().machine.standStill(kind, weather.ttlMs * chance.between(0.05, 2.5));
  }

  #crash(): void {
    const { chance, timeline, replace } = this.#parts;
    const target = this.#target();
    target.machine.die();
    timeline.after(chance.between(0, 500), () => replace(target));
  }

  #shutDown(): void {
    const { chance, timeline, weather, replace } = this.#parts;
    const target = this.#target();
    const timeoutMs = chance.whole(1, weather.ttlMs * 3);
    target.machine.receive(timeline.nowAt, () => {
      if (target.closing !== 'no') return;
      void target.close(timeoutMs).then(() => {
        // Some processes end at once then; in others there is still something that goes on.
        if (chance.roll(0.5)) target.machine.die();
        timeline.after(chance.between(0, 500), () => replace(target));
      });
    });
  }

  #goDown(): void {
    const { chance, database, instances, timeline, weather } = this.#parts;
    database.goDown();
    for (const { wire } of instances()) if (chance.roll(0.7)) wire.breakAll();
    timeline.after(weather.ttlMs * chance.between(0.05, 2), () => database.comeBack());
  }

  #lockRow(): void {
    const { chance, database, weather } = this.#parts;
    database.lock(chance.pick(weather.names), chance.between(1, Math.min(weather.ttlMs * 2, 3000)));
  }

  #forceRelease(): void {
    const { chance, timeline, weather } = this.#parts;
    const name = chance.pick(weather.names);
    const by = this.#target();
    by.machine.receive(timeline.nowAt, () => void by.forceRelease(name));
  }

  #stepClock(): void {
    const { chance } = this.#parts;
    const ms = chance.pick([30, 1000, 3_600_000]) * chance.between(-1, 1);
    this.#target().machine.step(Math.round(ms));
  }
}
