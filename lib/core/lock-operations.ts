import type { Clock } from './clock.js';
import type { CoalescedStore } from './coalesced-store.js';
import { FenceMovedError, InvalidOptionError, MarathonClosingError } from './errors.js';
import { holderOf, infoOf, type LockInfo } from './lock-info.js';
import { checkName } from './lock-request.js';
import type { Notify } from './notify.js';
import { retrying } from './retry.js';

/** Somebody waits at a terminal. */
const BOUND_MS = 10_000;
const LARGEST_PAGE = 1000;

interface OperationParts {
  readonly clock: Clock;
  readonly instance: string;
  readonly notify: Notify;
  /** Whether the store has been closed. */
  readonly closed: () => boolean;
}

/** What people do with locks that they do not hold. */
export class LockOperations {
  readonly #store: CoalescedStore;
  readonly #parts: OperationParts;

  constructor(store: CoalescedStore, parts: OperationParts) {
    this.#store = store;
    this.#parts = parts;
  }

  async inspect(name: string): Promise<LockInfo | null> {
    checkName(name);
    const [lock] = await this.#retrying(() => this.#store.inspect([name]));
    return lock ? infoOf(lock) : null;
  }

  async list(page: { after?: string | undefined; limit: number }): Promise<LockInfo[]> {
    const { after, limit } = page;
    if (after !== undefined) checkName(after);
    checkLimit(limit);
    const locks = await this.#retrying(() => this.#store.list({ after, limit }));
    return locks.map(infoOf);
  }

  async forceRelease(name: string, fence: number, reason: string): Promise<void> {
    checkName(name);
    checkFence(fence);
    checkReason(reason);
    const { clock, instance, notify } = this.#parts;
    const request = { name, owner: clock.owner(), fence };
    const { released, record } = await this.#retrying(() => this.#store.forceRelease(request));
    if (!released || !record) throw new FenceMovedError(name, fence, record?.fence);
    notify('onForceReleased', { name, instance, holder: { ...holderOf(record), fence }, reason });
  }

  /** Each of these says the same when it is asked again. */
  async #retrying<T>(call: () => Promise<T>): Promise<T> {
    if (this.#parts.closed()) throw new MarathonClosingError();
    return retrying(this.#parts.clock, BOUND_MS, call);
  }
}

function checkLimit(limit: unknown): void {
  if (Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= LARGEST_PAGE) return;
  throw new InvalidOptionError(
    `A limit of ${String(limit)} is out of range: give a whole number from 1 to ${LARGEST_PAGE}.`,
  );
}

function checkFence(fence: unknown): void {
  if (Number.isSafeInteger(fence)) return;
  throw new InvalidOptionError(
    `The fence to force-release is ${String(fence)}, of type ${typeof fence}: give the number that LockService.inspect() ` +
      `told, so that nobody else's run is ended.`,
  );
}

function checkReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.trim() !== '') return;
  throw new InvalidOptionError(
    'A lock is force-released for a reason: say it in words, for those who read the log.',
  );
}
