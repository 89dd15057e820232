import { instantOf, type Clock, type Instant } from './clock.js';
import { LockStoreError } from './errors.js';

/** Far above what one instance asks at once, and far below what a driver can bind. */
const LARGEST_BATCH = 1000;

/** A name that was refused this recently may be so again. Longer than the period of most crons. */
const SUSPECT_MS = 90_000;

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

/** Sends a batch. `isSuspect`: its one member was refused before, or was in a batch that was. */
type Send<Request, Answer> = (batch: readonly Request[], isSuspect: boolean) => Promise<Answer[]>;

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
  /** Names that were refused when they were sent alone, and until when that counts. */
  readonly #suspects = new Map<string, number>();
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
    const { batch, suspects } = this.#takeBatch();
    if (this.#waiting.length > 0) this.#plan();
    let failure = batch.length > 0 ? await this.#deliver(batch) : undefined;
    // One bad member, or one row that a stranger has locked, fails the statement of all. Sent alone,
    // the others are served. Where the connection is at fault, that would cost each a deadline.
    const failed = failure === undefined ? [] : batch;
    if (failed.length === 1) failed.pop()?.reject(failure); // it was alone
    for (const member of [...failed, ...suspects]) {
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
  #takeBatch(): Record<'batch' | 'suspects', Waiting<Request, Answer>[]> {
    const batch = new Map<string, Waiting<Request, Answer>>();
    const suspects: Waiting<Request, Answer>[] = [];
    const later: Waiting<Request, Answer>[] = [];
    for (const call of this.#waiting.filter(isStillWanted)) {
      const { name } = call.request;
      if (this.#isSuspect(name)) suspects.push(call);
      else if (batch.size < LARGEST_BATCH && !batch.has(name)) batch.set(name, call);
      else later.push(call);
    }
    this.#waiting = later;
    return { batch: [...batch.values()], suspects };
  }

  /** Sends a batch and hands out its answers, or returns what went wrong. */
  async #deliver(batch: readonly Waiting<Request, Answer>[], isSuspect = false): Promise<unknown> {
    const sent = instantOf(this.#clock);
    const requests = batch.map(({ request }) => request);
    try {
      const answers = await this.#send(requests, isSuspect);
      batch.forEach(({ resolve }, index) => resolve({ answer: answers[index]!, sent }));
      if (isSuspect) this.#suspects.delete(requests[0]!.name);
      return undefined;
    } catch (error) {
      if (batch.length === 1 && isJudged(error) && error.retryable) {
        this.#suspect(requests[0]!.name);
      }
      return error;
    }
  }

  #suspect(name: string): void {
    const nowAt = this.#clock.monotonicAt();
    for (const [known, untilAt] of this.#suspects) {
      if (untilAt <= nowAt) this.#suspects.delete(known); // names may be made without end
    }
    this.#suspects.set(name, nowAt + SUSPECT_MS);
  }

  #isSuspect(name: string): boolean {
    return (this.#suspects.get(name) ?? -Infinity) > this.#clock.monotonicAt();
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

function isJudged(error: unknown): error is LockStoreError {
  return error instanceof LockStoreError && error.outcome === 'refused';
}
