import { LockStoreError, type StoreOutcome } from '../../../lib/core/errors.js';
import type { Clock } from '../../../lib/core/clock.js';
import type { LockStore } from '../../../lib/core/lock-store.js';
import type { Heard } from './heard.js';

/**
 * How the database is. `unsent`: it cannot be reached. `reply-lost`: it does what it is told, and its
 * reply never comes. `refused`: it judges that it cannot, as a full disk makes it.
 */
export type Weather = 'up' | 'unsent' | 'reply-lost' | 'refused';

/** What all instances' ways to the database have in common. */
export interface Network {
  weather: Weather;
  /** How many names were asked for. */
  acquires: number;
  readonly heard: Heard;
  /** Lets a request, or its reply, take its time. */
  readonly onTheWay?: ((label: string) => Promise<unknown>) | undefined;
}

/** One instance's way to the store. A call that takes too long is cut off, as the port demands. */
export class SwitchableStore implements LockStore {
  readonly #inner: LockStore;
  readonly #network: Network;
  readonly #clock: Clock;
  #isClosed = false;

  constructor(inner: LockStore, network: Network, clock: Clock) {
    this.#inner = inner;
    this.#network = network;
    this.#clock = clock;
  }

  acquire: LockStore['acquire'] = async (batch, timeoutMs) => {
    this.#network.acquires += batch.length;
    const askedAt = this.#clock.wallAt();
    const answers = await this.#call(labelOf('acquire', batch), timeoutMs, () =>
      this.#inner.acquire(batch, timeoutMs),
    );
    batch.forEach(({ name, ttlMs }, index) => {
      const answer = answers[index]!;
      if (!answer.granted) return;
      const grant = { name, fence: answer.fence };
      this.#network.heard.confirmed(grant, askedAt, ttlMs, this.#clock.wallAt());
    });
    return answers;
  };

  renew: LockStore['renew'] = async (batch, timeoutMs) => {
    const { heard } = this.#network;
    const askedAt = this.#clock.wallAt();
    const answers = await this.#call(labelOf('renew', batch), timeoutMs, () =>
      this.#inner.renew(batch, timeoutMs),
    );
    batch.forEach((grant, index) => {
      if (!answers[index]!.renewed) heard.refused(grant);
      else heard.confirmed(grant, askedAt, grant.ttlMs, this.#clock.wallAt());
    });
    return answers;
  };

  release: LockStore['release'] = (batch, timeoutMs) =>
    this.#call(labelOf('release', batch), timeoutMs, () => this.#inner.release(batch, timeoutMs));

  inspect: LockStore['inspect'] = (names, timeoutMs) =>
    this.#call('inspect', timeoutMs, () => this.#inner.inspect(names, timeoutMs));

  list: LockStore['list'] = (page, timeoutMs) =>
    this.#call('list', timeoutMs, () => this.#inner.list(page, timeoutMs));

  forceRelease: LockStore['forceRelease'] = (request, timeoutMs) =>
    this.#call(`force-release ${request.name}`, timeoutMs, () =>
      this.#inner.forceRelease(request, timeoutMs),
    );

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #call<T>(label: string, timeoutMs: number, ask: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw failure('unsent', false);
    const { onTheWay } = this.#network;
    if (!onTheWay) return this.#answered(ask);
    const answer = onTheWay(`→ ${label}`)
      .then(() => this.#answered(ask))
      .finally(() => onTheWay(`← ${label}`));
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.schedule(timeoutMs, () => reject(failure('unknown', true)));
    });
    return Promise.race([answer, late]).finally(cancel);
  }

  async #answered<T>(ask: () => Promise<T>): Promise<T> {
    const { weather } = this.#network;
    if (weather === 'unsent') throw failure('unsent', true);
    if (weather === 'refused') throw failure('refused', false);
    const answer = await ask();
    if (weather === 'reply-lost') throw failure('unknown', true);
    return answer;
  }
}

function labelOf(verb: string, batch: readonly { readonly name: string }[]): string {
  return `${verb} ${batch.map(({ name }) => name).join(', ')}`;
}

function failure(outcome: StoreOutcome, retryable: boolean): LockStoreError {
  return new LockStoreError('the store is told to fail', { outcome, retryable });
}
