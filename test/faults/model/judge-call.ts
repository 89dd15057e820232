import { LeaseLostError, LockStoreError, MarathonClosingError } from 'nestjs-marathon';
import type { Call, Outcome } from './call.js';
import { isAhead } from './ledger.js';
import { isLost } from './lost.js';
import type { World } from './world.js';

/** Looks at a body that starts. */
export function judgeStart(world: World, call: Call): void {
  const { accuse } = tellingOf(world, call);
  if (call.joined) return;
  if (world.told.has(call.instance)) accuse('its body started after the shutdown had begun');
  if (call.caller.signal.aborted) accuse('its body started after its caller had given up');
  for (const other of world.running) {
    if (other === call || other.plan.name !== call.plan.name || other.joined) continue;
    const { lease, forcingAt } = other.grant!;
    if (lease.signal.aborted || forcingAt !== undefined || world.isStandingStill) continue;
    accuse(`its body started beside that of ${other.label}, which was not told to stop`);
  }
  judgeOrder(world, call);
}

/** Those of one instance that wait for a name come to their turn in order. */
function judgeOrder(world: World, call: Call): void {
  const { accuse } = tellingOf(world, call);
  if (call.isTouched || call.plan.options.wait === 0) return;
  const before = world.calls.slice(0, call.id).find((other) => {
    const isBeside = other.instance === call.instance && other.plan.name === call.plan.name;
    const waits = other.state === 'asking' && !other.outcome && !other.joined && !other.isTouched;
    return isBeside && waits && other.plan.options.wait > 0 && !other.caller.signal.aborted;
  });
  if (before && world.nowAt < before.waitsUntilAt)
    accuse(`it came to its turn before ${before.label}`);
}

/** Looks at what a call has led to. */
export function judgeEnd(world: World, call: Call): void {
  const { joined } = call;
  const outcome = call.outcome!;
  const { accuse } = tellingOf(world, call);
  const started = call.state !== 'asking';
  switch (outcome.kind) {
    case 'lease':
      if (world.isExact && world.isClosed(call)) accuse('a lease was granted after the shutdown');
      return judgeOrder(world, call);
    case 'completed':
      return judgeCompleted(world, call, outcome);
    case 'skipped':
      if (started) return accuse('its body had started, and it says that it was skipped');
      if (joined) return accuse('it was skipped inside of a run of the same name');
      return judgeSkip(world, call, outcome);
    case 'failed':
      return judgeFailure(world, call, outcome.error);
  }
}

function judgeCompleted(
  world: World,
  call: Call,
  { value, fence, lost }: Outcome & { kind: 'completed' },
): void {
  const { accuse } = tellingOf(world, call);
  const { ending, grant } = call;
  if (!ending) return accuse('it says that it is completed, and its body goes on');
  if ('error' in ending) return accuse('its body threw, and it says that it is completed');
  if (value !== ending.value) accuse('it returned something else than its body did');
  if (fence !== undefined && fence !== grant?.fence) accuse(`it says that its fence is ${fence}`);
  if (lost === undefined || call.wasLost === undefined) return;
  if (call.wasLost === lost || call.isTouched || !world.isExact) return;
  accuse(`it says lost: ${lost}, and its lease was ${call.wasLost ? 'over' : 'held'}`);
}

function judgeSkip(world: World, call: Call, skip: Outcome & { kind: 'skipped' }): void {
  const { accuse } = tellingOf(world, call);
  const { nowAt, ledger } = world;
  const { name, options, verb } = call.plan;
  const { reason, holder } = skip;
  const mayBeClosing = world.isClosing(call) && verb !== 'acquire';
  const mayBeStore = call.isTouched && options.onStoreError === 'skip' && verb !== 'acquire';
  if (reason === 'closing' && !mayBeClosing) accuse('it says closing, and nobody closes');
  if (reason === 'store-error' && !mayBeStore) accuse('it says store-error, without a cause');
  if (reason === 'closing' || reason === 'store-error') return;
  if (reason === undefined && (mayBeClosing || mayBeStore)) return;
  if (reason === 'tick-taken' || reason === 'clock-skew') return judgeTick(world, call, reason);
  if (nowAt < call.waitsUntilAt) accuse(`it gave up ${call.waitsUntilAt - nowAt} ms too early`);
  if (!world.isExact) return;
  if (ledger.isSurelyFree(name, nowAt)) accuse('it was refused a name that nobody had');
  if (!holder || ledger.isInDoubt(name) || holder.fence === ledger.fenceOf(name)) return;
  accuse(`it says that the holder's fence is ${holder.fence}, not ${ledger.fenceOf(name)}`);
}

/** Its tick was started before, or will not be for a while: then it is no use to wait. */
function judgeTick(world: World, call: Call, reason: 'tick-taken' | 'clock-skew'): void {
  const { accuse } = tellingOf(world, call);
  const { ledger, nowAt } = world;
  const { tickAt, plan } = call;
  if (tickAt === undefined) return accuse(`it says ${reason}, and stands for no tick`);
  if (reason === 'clock-skew') {
    if (!isAhead(tickAt, nowAt)) accuse('it says clock-skew, and its tick is not ahead');
    return;
  }
  if (!world.isExact || ledger.isInDoubt(plan.name)) return;
  if (!ledger.isTickTaken(plan.name, tickAt)) accuse('it says that its tick is taken, by nobody');
}

function judgeFailure(world: World, call: Call, error: unknown): void {
  const { joined } = call;
  const { accuse } = tellingOf(world, call);
  if (call.ending && 'error' in call.ending && error === call.ending.error) return;
  if (call.state !== 'asking')
    return accuse(`it failed by another error than its body's: ${String(error)}`);
  if (error === call.callerReason && call.caller.signal.aborted) return;
  if (
    error instanceof MarathonClosingError &&
    call.plan.verb === 'acquire' &&
    world.isClosing(call)
  )
    return;
  if (error instanceof LeaseLostError && joined?.grant && isLost(world, joined.grant)) return;
  const mayThrow = call.plan.verb === 'acquire' || call.plan.options.onStoreError === 'throw';
  const isStore = error instanceof LockStoreError && mayThrow && !joined;
  if (isStore && (call.isTouched || !world.isExact)) return;
  accuse(`it failed without a cause: ${String(error)}`);
}

function tellingOf(world: World, call: Call): { accuse: (what: string) => void } {
  return { accuse: (what) => world.accuse(`${call.label}: ${what}`) };
}
