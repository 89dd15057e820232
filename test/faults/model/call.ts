import { AsyncLocalStorage } from 'node:async_hooks';
import { currentLease, type Lease } from 'nestjs-marathon';
import type { Grant } from './grant.js';
import { tickOf, written, type Plan } from './plan.js';

/** What became of a call, whichever way it was made. */
export type Outcome =
  | { readonly kind: 'lease'; readonly lease: Lease }
  | {
      readonly kind: 'completed';
      readonly value: unknown;
      readonly fence?: number;
      readonly lost?: boolean;
    }
  | {
      readonly kind: 'skipped';
      readonly reason?: string;
      readonly holder?: { readonly fence: number };
    }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a body ends with. */
export type Ending = { readonly value: object } | { readonly error: Error };

/** A call that was made, and the body that it may have started. */
export class Call {
  readonly caller = new AbortController();
  readonly callerReason = new Error('the caller gave up');
  state: 'asking' | 'running' | 'ended' = 'asking';
  /** The grant of its own, or that which it has joined. */
  grant: Grant | undefined;
  ending: Ending | undefined;
  endedAt = Infinity;
  /** Whether its lease was over when its body ended; `undefined` if that cannot be told. */
  wasLost: boolean | undefined;
  outcome: Outcome | undefined;
  /** The run of the same name, on the same instance, in which it was made and whose lease it joins. */
  readonly joined: Call | undefined;
  /** Whether the database was away at some time while it was asking. */
  isTouched = false;
  /** The time that its cron has fired for. */
  readonly tickAt: number | undefined;
  readonly settled: Promise<void>;
  #settle!: () => void;
  #end!: () => void;
  readonly #ended = new Promise<void>((resolve) => (this.#end = resolve));
  /** Runs something as the body would. */
  inside: (work: () => unknown) => unknown = () => undefined;

  constructor(
    readonly id: number,
    readonly plan: Plan,
    readonly instance: string,
    readonly startedAt: number,
    /** The run that it was made inside of. */
    readonly outer: Call | undefined,
  ) {
    this.joined = plan.verb === 'acquire' ? undefined : this.#surrounding();
    this.tickAt = plan.verb === 'tick' ? tickOf(startedAt, plan.offMs) : undefined;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
  }

  get waitsUntilAt(): number {
    return this.startedAt + this.plan.options.wait;
  }

  /** Whether it is a run whose own lease is given back, or about to be. */
  get isOver(): boolean {
    return this.state === 'ended';
  }

  /** What it calls back: goes on until it is told to end. */
  async body(start: (lease: Lease | undefined) => void): Promise<object> {
    this.state = 'running';
    this.inside = AsyncLocalStorage.snapshot();
    start(currentLease());
    await this.#ended;
    if ('error' in this.ending!) throw this.ending.error;
    return this.ending!.value;
  }

  end(ending: Ending, nowAt: number): void {
    this.endedAt = nowAt;
    this.state = 'ended';
    this.ending = ending;
    this.#end();
  }

  settle(outcome: Outcome): void {
    this.outcome = outcome;
    this.#settle();
  }

  #surrounding(): Call | undefined {
    for (let run = this.outer; run; run = run.outer) {
      const holding = run.joined ?? run;
      const isSame = run.instance === this.instance && run.plan.name === this.plan.name;
      if (isSame && !holding.isOver) return holding;
    }
    return undefined;
  }

  get label(): string {
    return `#${this.id} ${written({ ...this.plan, inside: this.outer?.id })}`;
  }
}
