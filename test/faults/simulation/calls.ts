import { AsyncLocalStorage } from 'node:async_hooks';
import { LeaseLostError, LockStoreError } from '../../../lib/core/errors.js';
import type { Attempt } from '../../../lib/core/attempts.js';
import type { LockRequest } from '../../../lib/core/lock-request.js';
import type { AcquireAnswer } from '../../../lib/core/lock-store.js';
import type { RunResult, SkipReason } from '../../../lib/core/run-result.js';
import type { Ledger } from './ledger.js';
import type { Machine } from './machine.js';
import type { Timeline } from './timeline.js';
import type { Verdicts } from './verdicts.js';

/** What rounding leaves of a wait. */
const NOTHING_MS = 1e-6;

/** One call of the core's, by whoever uses it. */
export interface Call {
  readonly id: number;
  readonly kind: 'run' | 'hold';
  readonly machine: Machine;
  readonly name: string;
  readonly tickAt: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly holdAtLeastMs: number;
  readonly isRenewed: boolean;
  /** Made in a run of the same name that has given it back: there is nothing to join. */
  readonly isLeftBehind: boolean;
  /** Until when it waits for a held name, by its machine's monotonic clock. */
  readonly waitUntilAt: number;
  /** Owners that were drawn on its behalf. */
  readonly owners: string[];
  /** The skips that the observers were told of. */
  readonly told: SkipReason[];
  /** How often its body began, and with what it ended. */
  bodies: number;
  fence: number | undefined;
  /** Whether the lease that it joined was over at the end of its body, as its holder knew. */
  wasLost: boolean;
  thrown: Error | undefined;
  /** When its body ended, and when it itself did, in true time. */
  bodyEndedAt: number;
  /** Until when a release that fails is worth repeating, by its machine's monotonic clock. */
  releaseUntilAt: number;
  endedAt: number;
  /** `given up`: nobody knows whether the store granted it anything. */
  outcome: 'open' | 'ran' | 'not run' | 'given up';
}

export class BodyError extends Error {}

/** Which call something is done for. */
export const drawnFor = new AsyncLocalStorage<Call>();

/** What a call told, held against what its body's journal says. */
export class CallJudge {
  readonly calls: Call[] = [];
  readonly #verdicts: Verdicts;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  /** The last answer to each owner; `undefined` where the call failed. */
  readonly #answers = new Map<string, AcquireAnswer | undefined>();

  constructor(verdicts: Verdicts, timeline: Timeline, ledger: Ledger) {
    this.#verdicts = verdicts;
    this.#timeline = timeline;
    this.#ledger = ledger;
  }

  open(
    kind: Call['kind'],
    machine: Machine,
    { name, tick, signal, holdAtLeastMs, renew, waitMs }: LockRequest,
    isLeftBehind: boolean,
  ): Call {
    const id = this.calls.length + 1;
    const waitUntilAt = machine.monotonicAt() + waitMs;
    const call: Call = {
      ...{ id, kind, machine, name, tickAt: tick?.at, signal, holdAtLeastMs, waitUntilAt },
      ...{ isRenewed: renew, isLeftBehind, owners: [], told: [], bodies: 0 },
      releaseUntilAt: -Infinity,
      ...{ fence: undefined, wasLost: false, thrown: undefined, outcome: 'open' },
      ...{ bodyEndedAt: Infinity, endedAt: Infinity },
    };
    this.calls.push(call);
    return call;
  }

  /** Those of an instance that wait for a name, and will for so long. */
  waiting(machine: Machine, name: string, forMs: number): Call[] {
    const untilAt = machine.monotonicAt() + forMs;
    return this.calls.filter(
      (call) =>
        call.machine === machine &&
        call.name === name &&
        call.outcome === 'open' &&
        call.bodies === 0 &&
        call.waitUntilAt > untilAt,
    );
  }

  /** @param answer `undefined` if the call failed */
  answered(owner: string, answer: AcquireAnswer | undefined): void {
    this.#answers.set(owner, answer);
  }

  ran(call: Call, result: RunResult<number>): void {
    this.#end(call, result.outcome === 'skipped' ? `skipped: ${result.reason}` : 'completed');
    this.#isToldOf(call, result.outcome === 'skipped' ? [result.reason] : []);
    call.outcome = result.outcome === 'completed' ? 'ran' : outcomeOf(result.reason);
    if (result.outcome === 'skipped') {
      if (call.bodies !== 0) this.#broken(call, 'was skipped, and its body ran');
      return this.#isRightlySkipped(call, result);
    }
    if (call.bodies !== 1) this.#broken(call, `completed, and its body began ${call.bodies} times`);
    if (result.value !== call.id) this.#broken(call, `was given the value of ${result.value}`);
    if (result.fence !== call.fence)
      this.#broken(call, `ran with ${call.fence}, not ${result.fence}`);
  }

  acquired(call: Call, attempt: Attempt): void {
    call.outcome = 'lease' in attempt ? 'ran' : outcomeOf(attempt.reason);
    this.#end(call, 'lease' in attempt ? 'acquired' : `skipped: ${attempt.reason}`);
    this.#isToldOf(call, 'lease' in attempt ? [] : [attempt.reason]);
    if (!('lease' in attempt)) this.#isRightlySkipped(call, attempt);
  }

  rejected(call: Call, error: unknown): void {
    this.#end(call, `rejected: ${String(error)}`);
    this.#isToldOf(call, []);
    call.outcome = call.bodies > 0 ? 'ran' : 'given up';
    if (call.thrown) {
      if (error !== call.thrown) this.#broken(call, `hid what its body threw: ${String(error)}`);
      return;
    }
    if (call.bodies > 0)
      return this.#broken(call, `was rejected, and its body ran: ${String(error)}`);
    const isExpected =
      error instanceof LockStoreError ||
      (error instanceof LeaseLostError && !call.isLeftBehind) ||
      (call.signal?.aborted === true && error === call.signal.reason);
    if (!isExpected) this.#broken(call, `was rejected with ${String(error)}`);
  }

  #isRightlySkipped(
    call: Call,
    { reason, holder }: { reason: SkipReason; holder?: { fence: number } | undefined },
  ): void {
    const leftMs = call.waitUntilAt - call.machine.monotonicAt();
    if ((reason === 'held' || reason === 'hold-at-least') && leftMs > NOTHING_MS) {
      this.#broken(call, `was skipped as ${reason} with ${leftMs} ms of its wait left`);
    }
    const answer = this.#answers.get(call.owners.at(-1) ?? '');
    const refusal = answer?.granted === false ? answer.reason : undefined;
    const isOfTheStore = reason !== 'closing' && reason !== 'store-error';
    if (isOfTheStore && reason !== refusal) {
      this.#broken(call, `was skipped as ${reason}, and the store said ${refusal ?? 'nothing'}`);
    }
    if (reason === 'store-error' && refusal) {
      this.#broken(call, `was skipped as ${reason}, and the store said ${refusal}`);
    }
    // A grant that it has, under another owner, is no reason to refuse it.
    const owner = holder && this.#ledger.grant(call.name, holder.fence)?.owner;
    if (owner !== undefined && call.owners.includes(owner)) {
      this.#broken(call, `was refused for its own grant, fence ${holder!.fence}`);
    }
  }

  /** The observers were told of its skip, if it was one, and of nothing else. */
  #isToldOf(call: Call, skips: readonly SkipReason[]): void {
    const [told, was] = [call.told.join(' and '), skips.join()];
    if (told !== was)
      this.#broken(call, `was told to be skipped as '${told}', and was as '${was}'`);
  }

  #end(call: Call, what: string): void {
    this.#verdicts.judges('result');
    call.endedAt = this.#timeline.nowAt;
    this.#verdicts.trace?.(call.machine.label, `call ${call.id} of ${call.name} ${what}`);
  }

  #broken(call: Call, what: string): void {
    this.#verdicts.broken('result', `call ${call.id} of ${call.name} ${what}`);
  }
}

function outcomeOf(reason: SkipReason): Call['outcome'] {
  return reason === 'store-error' || reason === 'closing' ? 'given up' : 'not run';
}
