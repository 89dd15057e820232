import { LockStoreError } from '../../../lib/core/errors.js';
import type {
  AcquireAnswer,
  AcquireRequest,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { BodyJudge } from './bodies.js';
import type { CallJudge } from './calls.js';
import type { Machine } from './machine.js';
import type { Timeline } from './timeline.js';
import type { Verdicts } from './verdicts.js';

/** With nothing wrong: a few round trips of a lane that is shared with others. */
const SOON_MS = 100;

/** The releases that were sent for one owner. */
export interface Releases {
  times: number;
  /** When the last one failed and could have been repeated, by its machine's monotonic clock. */
  failedAt: number | undefined;
}

/** What instances send and are told, held against what their bodies and their callers do. */
export class Traffic {
  readonly releases = new Map<string, Releases>();
  readonly #timeline: Timeline;
  readonly #verdicts: Verdicts;
  readonly #judges: { readonly bodies: BodyJudge; readonly calls: CallJudge };
  readonly #isCalm: boolean;
  /** When an instance asked for a name last. */
  readonly #askedAt = new Map<string, number>();
  /** By owner: the batch that was refused, and whose members are sent one by one now. */
  readonly #resent = new Map<string, readonly ReleaseRequest[]>();

  constructor(
    timeline: Timeline,
    verdicts: Verdicts,
    judges: { readonly bodies: BodyJudge; readonly calls: CallJudge },
    isCalm: boolean,
  ) {
    this.#timeline = timeline;
    this.#verdicts = verdicts;
    this.#judges = judges;
    this.#isCalm = isCalm;
  }

  asks({ label }: Machine, batch: readonly AcquireRequest[]): void {
    if (!this.#isCalm) return;
    for (const { name } of batch) this.#askedAt.set(`${label} ${name}`, this.#timeline.nowAt);
  }

  /** @param answers none if the call failed */
  answered(batch: readonly AcquireRequest[], answers: readonly AcquireAnswer[]): void {
    batch.forEach(({ owner }, index) => this.#judges.calls.answered(owner, answers[index]));
  }

  renewed(batch: readonly RenewRequest[], answers: readonly RenewAnswer[]): void {
    batch.forEach(({ name, fence }, index) => {
      if (answers[index]!.renewed) return;
      // At the next instant: whoever reads the answer does that in between.
      this.#timeline.after(0, () => this.#judges.bodies.refused(name, fence));
    });
  }

  gives(batch: readonly ReleaseRequest[]): void {
    for (const { name, fence, owner } of batch) {
      if (fence !== undefined) this.#judges.bodies.givenBack(name, fence);
      const { times } = this.releases.get(owner) ?? { times: 0 };
      this.releases.set(owner, { times: times + 1, failedAt: undefined });
    }
  }

  given(machine: Machine, batch: readonly ReleaseRequest[]): void {
    for (const { owner } of batch) this.#resent.delete(owner);
    if (!this.#isCalm) return;
    for (const { name } of batch) this.#awaitNext(machine, name);
  }

  /** A holder learns of it when nothing else is tried for its batch. */
  failedToGive(machine: Machine, batch: readonly ReleaseRequest[], error: unknown): void {
    if (!(error instanceof LockStoreError)) return;
    const isRefused = error.outcome === 'refused';
    if (isRefused && batch.length > 1) {
      for (const { owner } of batch) this.#resent.set(owner, batch);
      return;
    }
    // Without a connection the others are not tried any more.
    const failed = batch.flatMap((one) =>
      isRefused ? [one] : (this.#resent.get(one.owner) ?? [one]),
    );
    for (const { owner } of failed) {
      this.#resent.delete(owner);
      if (error.retryable) this.releases.get(owner)!.failedAt = machine.monotonicAt();
    }
  }

  /** Whoever waits for a name in the very instance that gave it back asks at once. */
  #awaitNext(machine: Machine, name: string): void {
    const givenAt = this.#timeline.nowAt;
    const waiting = this.#judges.calls.waiting(machine, name, SOON_MS);
    if (waiting.length === 0) return;
    this.#verdicts.judges('liveness');
    this.#timeline.after(SOON_MS, () => {
      if ((this.#askedAt.get(`${machine.label} ${name}`) ?? 0) >= givenAt) return;
      const still = waiting.find((call) => call.outcome === 'open' && !call.signal?.aborted);
      if (!still) return;
      const what = `call ${still.id} waits for ${name}, which was given back beside it, and asks for nothing`;
      this.#verdicts.broken('liveness', what);
    });
  }
}
