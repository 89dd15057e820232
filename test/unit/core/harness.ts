import type { FencedTransactions } from '../../../lib/core/fenced-transactions.js';
import { LockStoreError, type StoreOutcome } from '../../../lib/core/errors.js';
import { lockRequest, type LockRequest } from '../../../lib/core/lock-request.js';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import { notifier } from '../../../lib/core/notify.js';
import type { RunObserver } from '../../../lib/core/run-observer.js';
import { SingleRun } from '../../../lib/core/single-run.js';
import { VirtualClock } from '../../../lib/testing/virtual-clock.js';

type Verb = 'acquire' | 'renew' | 'release';
type Told = { readonly event: keyof RunObserver } & Record<string, unknown>;

/** The port over a memory store whose replies a test can lose, delay, or turn into errors. */
export class FaultyStore implements LockStore {
  readonly calls: { verb: Verb; names: string[] }[] = [];
  /** What happens to the next call of a verb; it is used up by it. */
  readonly faults: Partial<Record<Verb, (answer: () => Promise<unknown>) => Promise<unknown>>> = {};
  readonly inner: MemoryLockStore;

  constructor(clock: VirtualClock) {
    this.inner = new MemoryLockStore(clock);
  }

  acquire: LockStore['acquire'] = (batch) =>
    this.#call('acquire', batch, () => this.inner.acquire(batch));
  renew: LockStore['renew'] = (batch) => this.#call('renew', batch, () => this.inner.renew(batch));
  release: LockStore['release'] = (batch) =>
    this.#call('release', batch, () => this.inner.release(batch));
  inspect: LockStore['inspect'] = (names) => this.inner.inspect(names);
  list: LockStore['list'] = (page) => this.inner.list(page);
  forceRelease: LockStore['forceRelease'] = (request) => this.inner.forceRelease(request);
  close: LockStore['close'] = () => this.inner.close();

  #call<T>(verb: Verb, batch: readonly { name: string }[], answer: () => Promise<T>): Promise<T> {
    this.calls.push({ verb, names: batch.map(({ name }) => name) });
    const fault = this.faults[verb];
    delete this.faults[verb];
    return fault ? (fault(answer) as Promise<T>) : answer();
  }
}

export function storeError(outcome: StoreOutcome, retryable = true): LockStoreError {
  return new LockStoreError('the store is told to fail', { outcome, retryable });
}

/** Where there is no database there are no transactions. */
const fenced: FencedTransactions = { run: () => Promise.reject(new Error('no transactions here')) };

/** One instance over a store; several share the store and the clock. */
export function instance(clock: VirtualClock, store: LockStore, label = 'i1') {
  const told: Told[] = [];
  const observer = new Proxy({} as RunObserver, {
    get: (_target, event) => (payload: object) => void told.push({ event, ...payload } as Told),
  });
  const notify = notifier([observer], (error) => {
    throw error;
  });
  const durationMs = Number;
  const singleRun = new SingleRun({ clock, store, fenced, instance: label, notify, durationMs });
  return { singleRun, told, events: () => told.map(({ event }) => event) };
}

export function requestFor(
  name: string,
  ttlMs = 1000,
  more: Partial<LockRequest> = {},
): LockRequest {
  return { ...lockRequest({ name, ttlMs }), ...more };
}

export function world() {
  const clock = new VirtualClock();
  const store = new FaultyStore(clock);
  return { clock, store, ...instance(clock, store) };
}

/** A promise that a test resolves: what a body waits for. */
export function gate<T = void>() {
  let open!: (value: T) => void;
  const passed = new Promise<T>((resolve) => (open = resolve));
  return { passed, open };
}

/** A lease that was taken by hand. */
export async function held(singleRun: SingleRun, name = 'n', ttlMs = 1000) {
  const attempt = await singleRun.acquire(requestFor(name, ttlMs));
  if (!('lease' in attempt)) throw new Error(`refused: ${attempt.reason}`);
  return attempt.lease;
}
