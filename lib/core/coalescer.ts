import { instantOf, type Clock, type Instant } from './clock.js';
import { LockStoreError } from './errors.js';

/** Far above what one instance asks at once, and far below what a driver can bind. */
const LARGEST_BATCH = 1000;

/** Lets one task run at a time: what shares a lane shares a connection. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** An answer, and when its request left: what a holder's trust counts from, and no time in the queue. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly sent: Instant;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly check: () => void;
  readonly resolve: (answered: Answered<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends a batch. `isResent`: its one member was sent before, and refused or in a batch that was. */
type Send<Request, Answer> = (batch: readonly Request[], isResent: boolean) => Promise<Answer[]>;

/**
 * Makes one batch of the calls that are made in the same turn of the event loop, since a second
 * zero fires all crons of an instance at once. While a batch is under way the next one gathers.
 *
 * The end of the turn and not a microtask, because each cron fires from a callback of its own: by
 * microtasks 64 fires made 64 batches.
 */
export class Coalescer<Request extends { readonly name: string }, Answer> {
  readonly #clock: Clock;
  readonly #lane: Lane;
  readonly #send: Send<Request, Answer>;
  /** What was refused when it was sent alone. A retry is the very same object. */
  readonly #refused = new WeakSet<Request>();
  #waiting: Waiting<Request, Answer>[] = [];
  #planned = false;

  constructor(clock: Clock, lane: Lane, send: Send<Request, Answer>) {
    this.#clock = clock;
    this.#lane = lane;
    this.#send = send;
  }

  /** @param check is called when the request is about to leave: what it throws ends the call instead */
  call(request: Request, check = (): void => {}): Promise<Answered<Answer>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, check, resolve, reject });
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    this.#clock.afterTurn(() => void this.#lane.run(() => this.#flush()));
  }

  async #flush(): Promise<void> {
    this.#planned = false;
    const { batch, retries } = this.#takeBatch();
    if (this.#waiting.length > 0) this.#plan();
    let failure = batch.length > 0 ? await this.#deliver(batch) : undefined;
    // One bad member, or one row that a stranger has locked, fails the statement of all. Sent alone,
    // the others are served. Where the connection is at fault, that would cost each a deadline.
    const failed = failure === undefined ? [] : batch;
    if (failed.length === 1) failed.pop()?.reject(failure);
    for (const member of [...failed, ...retries]) {
      if (failure === undefined || isJudged(failure)) {
        // Those before it took their time.
        if (!isStillWanted(member)) continue;
        failure = await this.#deliver([member], true);
      }
      if (failure !== undefined) member.reject(failure);
    }
  }

  /**
   * The oldest call of each name: a name stands once in a batch, its next call goes into the next.
   * Apart from it what was refused before: it would hold up, or fail, all of them again.
   */
  #takeBatch(): Record<'batch' | 'retries', Waiting<Request, Answer>[]> {
    const batch = new Map<string, Waiting<Request, Answer>>();
    const retries: Waiting<Request, Answer>[] = [];
    const later: Waiting<Request, Answer>[] = [];
    for (const call of this.#waiting.filter(isStillWanted)) {
      const { name } = call.request;
      if (this.#refused.has(call.request)) retries.push(call);
      else if (batch.size < LARGEST_BATCH && !batch.has(name)) batch.set(name, call);
      else later.push(call);
    }
    this.#waiting = later;
    return { batch: [...batch.values()], retries };
  }

  /** Sends a batch and hands out its answers, or returns what went wrong. */
  async #deliver(batch: readonly Waiting<Request, Answer>[], isResent = false): Promise<unknown> {
    const sent = instantOf(this.#clock);
    const requests = batch.map(({ request }) => request);
    try {
      const answers = await this.#send(requests, isResent);
      batch.forEach(({ resolve }, index) => resolve({ answer: answers[index]!, sent }));
      return undefined;
    } catch (error) {
      if (batch.length === 1 && isJudged(error)) this.#refused.add(requests[0]!);
      return error;
    }
  }
}

function isStillWanted({ check, reject }: Waiting<unknown, never>): boolean {
  try {
    check();
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

function isJudged(error: unknown): boolean {
  return error instanceof LockStoreError && error.outcome === 'refused';
}
