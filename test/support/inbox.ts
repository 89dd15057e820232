/** What workers send by `process.send`. */
export interface WorkerMessage {
  readonly type: string;
  readonly [key: string]: unknown;
}

interface Waiter {
  readonly matches: (message: WorkerMessage) => boolean;
  readonly settle: (outcome: WorkerMessage | string) => void;
}

const PATIENCE_MS = 10_000;

/** The messages of one worker, in order. Each is handed out once. */
export class Inbox {
  /** Everything that ever arrived, taken or not. */
  readonly all: WorkerMessage[] = [];

  #untaken: WorkerMessage[] = [];
  #waiters: Waiter[] = [];
  #ended: string | undefined;

  /** @param describe tells in errors what the worker is and what it has printed */
  constructor(private readonly describe: () => string) {}

  /** Takes the oldest message of a type, waiting for it if need be. */
  next(type: string, timeoutMs: number = PATIENCE_MS): Promise<WorkerMessage> {
    return this.#take((message) => message.type === type, `"${type}"`, timeoutMs);
  }

  /** Takes the oldest message that matches, waiting for it if need be. */
  waitFor(
    predicate: (message: WorkerMessage) => boolean,
    timeoutMs: number = PATIENCE_MS,
  ): Promise<WorkerMessage> {
    return this.#take(predicate, predicate.toString(), timeoutMs);
  }

  push(message: WorkerMessage): void {
    this.all.push(message);
    const waiter = this.#waiters.find(({ matches }) => matches(message));
    if (waiter) waiter.settle(message);
    else this.#untaken.push(message);
  }

  /** No message will come any more: those who wait for one are told why. */
  end(reason: string): void {
    this.#ended = reason;
    for (const waiter of this.#waiters) waiter.settle(reason);
  }

  async #take(
    matches: Waiter['matches'],
    wanted: string,
    timeoutMs: number,
  ): Promise<WorkerMessage> {
    const at = this.#untaken.findIndex(matches);
    if (at >= 0) return this.#untaken.splice(at, 1)[0]!;
    const outcome = this.#ended ?? (await this.#arrival(matches, timeoutMs));
    if (typeof outcome !== 'string') return outcome;
    // Thrown here rather than in the timer, so that its stack names the test that waited.
    throw new Error(
      `No message ${wanted}: ${outcome}.\n${this.describe()}\nOther messages: ${JSON.stringify(this.#untaken)}`,
    );
  }

  #arrival(matches: Waiter['matches'], timeoutMs: number): Promise<WorkerMessage | string> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        matches,
        settle: (outcome) => {
          clearTimeout(timer);
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          resolve(outcome);
        },
      };
      const timer = setTimeout(() => waiter.settle(`none within ${timeoutMs} ms`), timeoutMs);
      this.#waiters.push(waiter);
    });
  }
}
