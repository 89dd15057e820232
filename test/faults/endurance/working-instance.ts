import { setMaxListeners } from 'node:events';
import { lockRequest, type LockRequest } from '../../../lib/core/lock-request.js';
import type { Lease } from '../../../lib/core/lease.js';
import { BodyJudge } from '../simulation/bodies.js';
import { CallJudge } from '../simulation/calls.js';
import { Chance } from '../simulation/chance.js';
import { Database } from '../simulation/database.js';
import { Decisions } from '../simulation/decisions.js';
import type { MakeSingleRun } from '../simulation/instance.js';
import { Ledger } from '../simulation/ledger.js';
import { Machine } from '../simulation/machine.js';
import { ModelStore } from '../simulation/model-store.js';
import { Timeline } from '../simulation/timeline.js';
import { Traffic } from '../simulation/traffic.js';
import { ModelTransactions } from '../simulation/transactions.js';
import { Verdicts } from '../simulation/verdicts.js';
import type { NetworkWeather } from '../simulation/weather.js';
import { Wire } from '../simulation/wire.js';

const SECOND_MS = 1000;

/** A database that fails now and then, as one does in a day. */
const NETWORK: NetworkWeather = {
  ...{ latencyMs: 2, slow: 0.002, slowMs: 2000, loseRequest: 0.002, loseReply: 0.002 },
  ...{ repeat: 0.002, repeatMs: 5000, reset: 0.002, unsent: 0.002, refuse: 0.002 },
};

/** An instance of an application, at work by virtual time. */
export class WorkingInstance {
  readonly timeline = new Timeline(Date.UTC(2030, 0, 1));
  readonly machine: Machine;
  /** The application's own: it lives as long as that, and every call is given it. */
  readonly controller = new AbortController();
  readonly told: Record<string, number> = {};
  readonly singleRun: ReturnType<MakeSingleRun>;
  readonly verdicts = new Verdicts(0, this.timeline, undefined);
  #owners = 0;
  #isWorking = true;

  constructor(makeSingleRun: MakeSingleRun) {
    const { timeline, verdicts } = this;
    // As many calls as there are may follow it.
    setMaxListeners(0, this.controller.signal);
    const chance = new Chance(1);
    const nowAt = (): number => Math.floor(timeline.nowAt);
    const owner = (): string => `o${(this.#owners += 1)}`;
    this.machine = new Machine('i1', { timeline, chance, owner }, { offsetMs: 0, rate: 1 });
    const database = new Database(timeline, new ModelStore(nowAt));
    const bodies = new BodyJudge(timeline, verdicts, false);
    const ledger = new Ledger(verdicts, nowAt, (grant) => bodies.watch(grant));
    const decisions = new Decisions(database, { ledger, verdicts }, false);
    const calls = new CallJudge(verdicts, timeline, ledger);
    const traffic = new Traffic(timeline, verdicts, { bodies, calls }, false);
    const parts = { timeline, chance, verdicts, database, decisions, traffic };
    const wire = new Wire(this.machine, { ...parts, network: () => NETWORK, count: () => {} });
    this.singleRun = makeSingleRun({
      ...{ store: wire, fenced: new ModelTransactions(wire), clock: this.machine },
      ...{ instance: 'i1', durationMs: Number },
      notify: (event) => void (this.told[event] = (this.told[event] ?? 0) + 1),
    });
  }

  /** Crons each few seconds, leases that last for minutes, waits in a queue, and holders by hand. */
  begin(): void {
    const ttl = { ttlMs: 2 * SECOND_MS };
    this.#every(5 * SECOND_MS, () => this.#run({ name: 'quick', ...ttl }, 20));
    this.#every(30 * SECOND_MS, () => this.#run({ name: 'slow', ...ttl, waitMs: 300 }, 400));
    this.#every(60 * SECOND_MS, () => this.#run({ name: 'long', ttlMs: 9000 }, 45 * SECOND_MS));
    this.#every(30 * SECOND_MS, () => this.#run({ name: 'unrenewed', ...ttl, renew: false }, 3000));
    this.#every(30 * SECOND_MS, () =>
      this.#run({ name: 'overran', ...ttl, maxRuntimeMs: 700 }, 3000),
    );
    this.#every(60 * SECOND_MS, () => {
      for (let caller = 0; caller < 5; caller += 1) {
        this.#run({ name: 'queued', ...ttl, waitMs: 3000 }, 200);
      }
    });
  }

  /** Stops calling, and shuts down. */
  async end(): Promise<void> {
    this.#isWorking = false;
    await this.singleRun.close(10 * SECOND_MS);
  }

  #every(periodMs: number, work: () => void): void {
    const next = (): void => {
      this.timeline.after(periodMs, () => {
        if (!this.#isWorking) return;
        this.machine.receive(this.timeline.nowAt, work);
        next();
      });
    };
    next();
  }

  #run(
    values: Omit<Partial<LockRequest>, 'tick'> & { name: string; ttlMs: number },
    workMs: number,
  ): void {
    const request = lockRequest({ ...values, signal: this.controller.signal });
    const body = async (lease: Lease): Promise<void> => {
      await this.machine.pause(workMs);
      if (request.name === 'long') await lease.extend(10 * SECOND_MS);
      if (request.name === 'queued') await lease.transaction(() => this.machine.pause(10));
    };
    // A failing store rejects it, which the observers were told.
    this.singleRun.run(request, body).catch(() => {});
  }
}
