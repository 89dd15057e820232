import type { Lease } from '../../../lib/core/lease.js';
import type { ReleaseAnswer } from '../../../lib/core/lock-store.js';
import type { CompletedRun } from '../../../lib/core/run-result.js';
import type { Call } from './calls.js';
import type { Holding } from './holdings.js';
import type { GrantEntry, Ledger } from './ledger.js';
import type { Verdicts } from './verdicts.js';

/** What is told at the end of a run or a lease, held against its ledger and what its holder could know. */
export class EndJudge {
  readonly #verdicts: Verdicts;
  readonly #ledger: Ledger;
  readonly #isWild: boolean;

  constructor(verdicts: Verdicts, ledger: Ledger, isWild: boolean) {
    this.#verdicts = verdicts;
    this.#ledger = ledger;
    this.#isWild = isWild;
  }

  /** A run on a lease of its own. @param isClosed there was no store any more to give it back to */
  completed(
    call: Call,
    { fence, lost }: CompletedRun<number>,
    holding: Holding,
    isClosed: boolean,
  ): void {
    const { name } = call;
    const { told, released } = holding;
    this.#isLost(call, lost, [holding.wasRunLost]);
    this.#isTold(name, fence, holding);
    if (told.finished === 0) this.#broken(name, fence, 'was not told to finish');
    const grant = this.#ledger.grant(name, fence);
    if (lost || !grant) return;
    if (released === undefined && !isClosed) this.#broken(name, fence, 'was not given back');
    if (released === 'released') return this.#isKept(call, grant);
    if (this.#isWild || grant.forcedAt !== undefined || grant.releasedAt !== undefined) return;
    const tooLateMs = call.bodyEndedAt - grant.expiresAt;
    if (tooLateMs < 0) return;
    this.#broken(name, fence, `was over ${tooLateMs} ms before its body, and not said to be lost`);
  }

  /** It may end with the run around it, in one instant: then both answers are true. */
  joined(call: Call, { lost }: CompletedRun<number>, holding: Holding): void {
    this.#isLost(call, lost, [call.wasLost, holding.isOver]);
  }

  /** By hand. @param wasLost the holder had been told of its loss before */
  givenBack(
    { name, fence }: Lease,
    holding: Holding,
    answer: ReleaseAnswer | 'failed',
    wasLost: boolean,
  ): void {
    this.#verdicts.judges('lease');
    const wanted = wasLost ? 'lost' : (holding.released ?? 'failed');
    if (answer !== wanted) {
      this.#broken(name, fence, `was said to be ${answer} when given back, and is ${wanted}`);
    }
    this.#isTold(name, fence, holding);
  }

  #isLost({ id }: Call, lost: boolean, truths: readonly boolean[]): void {
    if (truths.includes(lost)) return;
    this.#verdicts.broken('result', `call ${id} says lost: ${lost}, and was it: ${!lost}`);
  }

  /** The observers were told of the end that the store has told the holder. */
  #isTold(name: string, fence: number, { released, told }: Holding): void {
    if (told.lost > 0 || released === 'failed' || released === undefined) return;
    if (released === 'lost') return this.#broken(name, fence, 'was lost, and nobody was told');
    if (told.released === 0) this.#broken(name, fence, 'was released, and nobody was told');
    if (this.#ledger.grant(name, fence)?.releasedAt !== undefined) return;
    this.#broken(name, fence, 'was said to be released, and was not');
  }

  /** A run that was given back is not taken again before its `holdAtLeast`. */
  #isKept({ name, holdAtLeastMs }: Call, { fence, acquiredAt, keptUntilAt }: GrantEntry): void {
    const keptMs = keptUntilAt - acquiredAt;
    if (keptMs === holdAtLeastMs) return;
    this.#broken(name, fence, `was to be kept for ${holdAtLeastMs} ms, not ${keptMs}`);
  }

  #broken(name: string, fence: number, what: string): void {
    this.#verdicts.broken('lease', `fence ${fence} of ${name} ${what}`);
  }
}
