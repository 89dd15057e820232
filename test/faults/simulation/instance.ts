import { HeldLease } from '../../../lib/core/held-lease.js';
import type { LockRequest } from '../../../lib/core/lock-request.js';
import type { CompletedRun, RunResult } from '../../../lib/core/run-result.js';
import type { SingleRun, SingleRunParts } from '../../../lib/core/single-run.js';
import type { Lease } from '../../../lib/core/lease.js';
import type { Body, BodyJudge } from './bodies.js';
import { drawnFor, type Call, type CallJudge } from './calls.js';
import type { Holding } from './holdings.js';
import { EndJudge } from './ends.js';
import type { Ledger } from './ledger.js';
import type { Machine } from './machine.js';
import { Observed } from './observed.js';
import { perform } from './perform.js';
import type { Script } from './scripts.js';
import type { Timeline } from './timeline.js';
import { ModelTransactions } from './transactions.js';
import type { Verdicts } from './verdicts.js';
import type { Wire } from './wire.js';

/** After that a release that fails is given up. */
const LONGEST_RELEASE_MS = 10_000;

export type MakeSingleRun = (
  parts: SingleRunParts,
) => Pick<SingleRun, 'acquire' | 'run' | 'close' | 'operations'>;

export interface InstanceParts {
  readonly timeline: Timeline;
  readonly verdicts: Verdicts;
  readonly ledger: Ledger;
  readonly calls: CallJudge;
  readonly bodies: BodyJudge;
  readonly isCalm: boolean;
  readonly isWild: boolean;
  /** A negative control has another algorithm. */
  readonly makeSingleRun: MakeSingleRun;
}

/** The core on one machine, and the application around it. */
export class Instance {
  readonly machine: Machine;
  readonly wire: Wire;
  readonly observed: Observed;
  closing: 'no' | 'asked' | 'done' = 'no';
  readonly #parts: InstanceParts;
  readonly #singleRun: ReturnType<MakeSingleRun>;
  readonly #ends: EndJudge;

  constructor(machine: Machine, wire: Wire, parts: InstanceParts) {
    this.machine = machine;
    this.wire = wire;
    this.#parts = parts;
    this.#ends = new EndJudge(parts.verdicts, parts.ledger, parts.isWild);
    this.observed = new Observed(machine.label, parts.verdicts, wire.holdings, parts.isCalm);
    this.#singleRun = parts.makeSingleRun({
      store: wire,
      fenced: new ModelTransactions(wire),
      clock: machine,
      instance: machine.label,
      notify: this.observed.told,
      durationMs: Number,
    });
  }

  async run(request: LockRequest, script: Script, isLeftBehind = false): Promise<void> {
    const { calls } = this.#parts;
    const call = calls.open('run', this.machine, request, isLeftBehind);
    const run = (): Promise<RunResult<number>> =>
      this.#singleRun.run(request, (lease) => this.#body(call, lease, script));
    try {
      const result = await drawnFor.run(call, run);
      calls.ran(call, result);
      if (result.outcome === 'completed') this.#completed(call, result);
      else if (result.reason === 'closing') this.#isClosing(call);
    } catch (error) {
      calls.rejected(call, error);
    }
  }

  /** Takes a lease by hand, and gives it back when the script is over. */
  async hold(request: LockRequest, script: Script): Promise<void> {
    const { calls } = this.#parts;
    const call = calls.open('hold', this.machine, request, false);
    try {
      const attempt = await drawnFor.run(call, () => this.#singleRun.acquire(request));
      calls.acquired(call, attempt);
      if (!('lease' in attempt)) return;
      const { lease } = attempt;
      // What is done with it may fail, and then it is given back all the same.
      await this.#body(call, lease, script).catch(() => {});
      await this.release(lease);
    } catch (error) {
      calls.rejected(call, error);
    }
  }

  /** Gives a lease back by hand. */
  async release(lease: Lease): Promise<void> {
    const holding = this.wire.holdings.of(lease);
    if (!holding) return;
    const wasLost = holding.told.lost > 0;
    if (holding.giving !== 'answered') holding.giving = 'under way';
    const answer = await lease.release().catch(() => 'failed' as const);
    holding.giving = answer === 'failed' ? 'failed' : 'answered';
    this.#ends.givenBack(lease, holding, answer, wasLost);
  }

  /** Whether its holder has begun to give it back, even if that failed. */
  isGivenBack(lease: Lease): boolean {
    const { giving = 'no' } = this.wire.holdings.of(lease) ?? {};
    return giving !== 'no';
  }

  /** A person ends the latest grant, whoever has it. */
  async forceRelease(name: string): Promise<void> {
    const latest = this.#parts.ledger.latest(name);
    if (!latest) return;
    // It is refused if another holder has come meanwhile, and fails when the store does.
    await this.#singleRun.operations.forceRelease(name, latest.fence, 'a person').catch(() => {});
  }

  async close(timeoutMs: number): Promise<void> {
    if (this.closing !== 'no') return;
    const { timeline, verdicts } = this.#parts;
    const { label, clockErrors } = this.machine;
    this.closing = 'asked';
    verdicts.trace?.(label, `shuts down within ${timeoutMs} ms`);
    const boundMs = timeoutMs / clockErrors.rate + 5;
    const dueAt = timeline.nowAt + boundMs;
    await this.#singleRun.close(timeoutMs);
    this.closing = 'done';
    verdicts.trace?.(label, 'has shut down');
    const lateMs = timeline.nowAt - Math.max(dueAt, this.machine.excusedUntilAt + boundMs);
    verdicts.judges('closing');
    if (lateMs > 0) verdicts.broken('closing', `${label} shut down ${lateMs} ms late`);
    await this.wire.close();
  }

  async #body(call: Call, lease: Lease, script: Script): Promise<number> {
    const { bodies, ledger, verdicts } = this.#parts;
    call.bodies += 1;
    call.fence = lease.fence;
    this.#isFor(call, lease);
    const grant = ledger.grant(lease.name, lease.fence);
    const holding = this.wire.holdings.of(lease);
    if (!grant || !holding) {
      verdicts.broken('lease', `call ${call.id} was given fence ${lease.fence}, which is no grant`);
      return call.id;
    }
    // A run inside a run of the same name has the lease of that one.
    const isJoined = !call.owners.includes(grant.owner);
    if (call.kind === 'run' && !isJoined && this.closing !== 'no') {
      verdicts.broken('closing', `the body of call ${call.id} began after the shutdown had`);
    }
    if (call.kind === 'run') verdicts.judges('closing');
    if (isJoined && holding.isOver) {
      verdicts.broken('lease', `call ${call.id} joined fence ${lease.fence}, which was over`);
    }
    if (!isJoined) holding.isRenewed = call.isRenewed;
    const body: Body = { call, lease, grant, isJoined, isLetGo: false };
    bodies.started(body);
    try {
      await perform(script, body, this);
      return call.id;
    } finally {
      call.bodyEndedAt = this.#parts.timeline.nowAt;
      if (!body.isLetGo) call.releaseUntilAt = this.#releaseUntilAt(lease, holding);
      if (isJoined) call.wasLost = holding.isOver;
      else holding.bodyEnd = endOf(call, lease);
      bodies.ended(body);
    }
  }

  #isFor({ id, name, signal }: Call, lease: Lease): void {
    const { verdicts } = this.#parts;
    if (signal?.aborted) verdicts.broken('result', `the body of call ${id} began for nobody`);
    if (lease.name === name) return;
    verdicts.broken('result', `the body of call ${id} of ${name} began on ${lease.name}`);
  }

  #completed(call: Call, result: CompletedRun<number>): void {
    const holding = this.wire.holdings.of({ name: call.name, fence: result.fence });
    if (!holding) return;
    if (call.owners.length === 0) this.#ends.joined(call, result, holding);
    else this.#ends.completed(call, result, holding, this.closing === 'done');
  }

  #isClosing({ id }: Call): void {
    if (this.closing !== 'no') return;
    this.#parts.verdicts.broken('result', `call ${id} was skipped as closing, and nobody closes`);
  }

  /** A lease that is lost is nobody's to give back; what may fail else is repeated as long as it lasts. */
  #releaseUntilAt(lease: Lease, { told, giving }: Holding): number {
    if (!(lease instanceof HeldLease) || told.lost > 0 || giving !== 'no') return -Infinity;
    return this.machine.monotonicAt() + Math.min(lease.trustedMs, LONGEST_RELEASE_MS);
  }
}

function endOf({ thrown }: Call, { signal }: Lease): Holding['bodyEnd'] {
  if (signal.aborted) return 'aborted';
  return thrown ? 'failed' : 'succeeded';
}
