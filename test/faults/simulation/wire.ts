import { LockStoreError, type StoreOutcome } from '../../../lib/core/errors.js';
import type { FenceRequest } from '../../../lib/core/fenced-transactions.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { Chance } from './chance.js';
import type { Database } from './database.js';
import type { Decisions } from './decisions.js';
import { Holdings } from './holdings.js';
import type { Machine } from './machine.js';
import type { Timeline } from './timeline.js';
import type { Traffic } from './traffic.js';
import type { Verdicts } from './verdicts.js';
import type { NetworkWeather } from './weather.js';

export interface WireParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly verdicts: Verdicts;
  readonly database: Database;
  readonly decisions: Decisions;
  readonly traffic: Traffic;
  /** What the network is like at present. */
  readonly network: () => NetworkWeather;
  readonly count: (fault: string) => void;
}

/** How a message's way to the store and back ends. */
type Fate = 'arrives' | 'lost' | 'refused' | 'reset';

/**
 * The port as one machine has it: the model store behind a network that delays, loses and repeats,
 * and connections that break. What was sent may still arrive when its sender is dead.
 */
export class Wire implements LockStore {
  /** Owners of whom nobody knew at last whether they were granted a name. */
  readonly uncertainOwners = new Set<string>();
  /** What its machine could know of its leases. */
  readonly holdings: Holdings;
  readonly #machine: Machine;
  readonly #parts: WireParts;
  /** Calls that were not answered yet: each breaks when told to. */
  readonly #open = new Set<() => void>();
  #isClosed = false;

  constructor(machine: Machine, parts: WireParts) {
    this.#machine = machine;
    this.holdings = new Holdings(machine);
    this.#parts = parts;
  }

  acquire(batch: readonly AcquireRequest[], timeoutMs: number): Promise<AcquireAnswer[]> {
    const { decisions, traffic } = this.#parts;
    const sent = this.holdings.nowAt;
    traffic.asks(this.#machine, batch);
    const answers = this.#send('acquire', batch, timeoutMs, (one) => decisions.acquire(one));
    answers.then(
      (told) => {
        // What is executed after that was late or repeated on its way, which nobody can know of.
        for (const { owner } of batch) this.uncertainOwners.delete(owner);
        traffic.answered(batch, told);
        this.holdings.acquired(batch, told, sent);
      },
      (error: unknown) => {
        traffic.answered(batch, []);
        if (!(error instanceof LockStoreError) || error.outcome !== 'unknown') return;
        for (const { owner } of batch) this.uncertainOwners.add(owner);
      },
    );
    return answers;
  }

  renew(batch: readonly RenewRequest[], timeoutMs: number): Promise<RenewAnswer[]> {
    const { decisions, traffic } = this.#parts;
    const sent = this.holdings.nowAt;
    const answers = this.#send('renew', batch, timeoutMs, (one) => decisions.renew(one));
    answers.then(
      (told) => {
        this.holdings.renewed(batch, told, sent);
        traffic.renewed(batch, told);
      },
      () => {},
    );
    return answers;
  }

  release(batch: readonly ReleaseRequest[], timeoutMs: number): Promise<ReleaseAnswer[]> {
    const { decisions, traffic } = this.#parts;
    traffic.gives(batch);
    const answers = this.#send('release', batch, timeoutMs, (one) => decisions.release(one));
    answers.then(
      (told) => {
        this.holdings.released(batch, told);
        traffic.given(this.#machine, batch);
      },
      (error: unknown) => {
        this.holdings.released(batch, []);
        traffic.failedToGive(this.#machine, batch, error);
      },
    );
    return answers;
  }

  async forceRelease(request: ForceReleaseRequest, timeoutMs: number): Promise<ForceReleaseAnswer> {
    const [answer] = await this.#send('force', [request], timeoutMs, (one) =>
      this.#parts.decisions.forceRelease(one),
    );
    return answer!;
  }

  async inspect(): Promise<never> {
    throw new Error('Nobody looks here.');
  }

  async list(): Promise<never> {
    throw new Error('Nobody lists here.');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.breakAll();
  }

  /** All connections break; nobody knows what became of what was under way. */
  breakAll(): void {
    for (const cut of this.#open) cut();
  }

  /** The database decides a transaction's COMMIT, once, and its answer comes back, or is lost. */
  async commit(request: FenceRequest, timeoutMs: number): Promise<boolean> {
    const decide = (one: FenceRequest): boolean => this.#parts.decisions.commit(one);
    const [isCommitted] = await this.#send('commit', [request], timeoutMs, decide, false);
    if (!isCommitted) this.holdings.of(request)?.rolledBack();
    return isCommitted!;
  }

  #send<Request extends { readonly name: string }, Answer>(
    verb: string,
    batch: readonly Request[],
    timeoutMs: number,
    decide: (request: Request) => Answer,
    mayRepeat = true,
  ): Promise<Answer[]> {
    const { timeline, chance, database, verdicts, count } = this.#parts;
    const machine = this.#machine;
    const network = this.#parts.network();
    const names = batch.map(({ name }) => name);
    verdicts.trace?.(
      machine.label,
      `sends ${verb} ${names.join(', ')} for ${Math.round(timeoutMs)} ms`,
    );
    verdicts.judges('batch');
    if (new Set(names).size < names.length) {
      verdicts.broken('batch', `${machine.label} sends ${verb} ${names.join(', ')} in one batch`);
    }
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#open.delete(cut);
        cancel();
      };
      const fail = (outcome: StoreOutcome, why: string, isRetryable = true): void => {
        if (!this.#open.has(cut)) return;
        end();
        verdicts.trace?.(machine.label, `${verb} ${names.join(', ')} failed: ${outcome}, ${why}`);
        reject(new LockStoreError(why, { outcome, retryable: isRetryable }));
      };
      const failLater = (outcome: StoreOutcome, why: string, isRetryable = true): void =>
        machine.receive(timeline.nowAt + this.#travelMs(network), () =>
          fail(outcome, why, isRetryable),
        );
      const cut = (): void => failLater('unknown', 'the connection broke');
      this.#open.add(cut);
      const cancel = machine.schedule(timeoutMs, () => fail('unknown', 'no answer in time'));
      if (this.#isClosed) return failLater('unsent', 'the store is closed', false);
      if (database.isDown || chance.roll(network.unsent)) {
        count('unsent');
        return failLater('unsent', 'no connection');
      }
      const fate = this.#fate(network);
      const arrivesAt = timeline.nowAt + this.#travelMs(network);
      const done = (): Answer[] => batch.map(decide);
      const arrive = (): void => {
        if (fate === 'lost') return;
        if (fate === 'refused') return failLater('refused', 'deadlock', chance.roll(0.8));
        database.execute(
          names,
          () => {
            if (fate === 'reset') {
              batch.slice(0, chance.whole(0, batch.length)).forEach(decide);
              return cut();
            }
            const answers = done();
            if (chance.roll(network.loseReply)) return count('reply lost');
            machine.receive(timeline.nowAt + this.#travelMs(network), () => {
              if (!this.#open.has(cut)) return count('late reply');
              end();
              resolve(answers);
            });
          },
          (why) => (why === 'refused' ? failLater('refused', 'a row is locked') : cut()),
        );
      };
      timeline.at(arrivesAt, arrive);
      if (mayRepeat && chance.roll(network.repeat)) {
        count('repeated request');
        timeline.at(arrivesAt + chance.between(0, network.repeatMs), () => {
          verdicts.trace?.('network', `repeats ${verb} ${names.join(', ')} of ${machine.label}`);
          database.execute(
            names,
            () => void done(),
            () => {},
          );
        });
      }
    });
  }

  #fate(network: NetworkWeather): Fate {
    const { chance, count } = this.#parts;
    if (chance.roll(network.loseRequest)) {
      count('request lost');
      return 'lost';
    }
    if (chance.roll(network.refuse)) {
      count('refused statement');
      return 'refused';
    }
    if (chance.roll(network.reset)) {
      count('connection reset');
      return 'reset';
    }
    return 'arrives';
  }

  #travelMs({ latencyMs, slow, slowMs }: NetworkWeather): number {
    const { chance, count } = this.#parts;
    if (!chance.roll(slow)) return chance.between(0.1, latencyMs);
    count('slow message');
    return chance.between(latencyMs, slowMs);
  }
}
