import { currentLease } from 'nestjs-marathon';
import type { Call } from './call.js';
import type { Grant } from './grant.js';
import type { World } from './world.js';

/** So late at most does one instance notice that another has given a name back. */
const NOTICED_WITHIN_MS = 250;
/** How long a call goes on trying to reach a database that is away, and the pause before its last try. */
const TRIES_MS = 11_000;

/** Looks at what goes on, once there is nothing left to do at this instant. */
export function judgeStep(world: World): void {
  for (const grant of world.ledger.all) judgeSignal(world, grant);
  for (const run of world.running) judgeContext(world, run);
  if (!world.isExact) return;
  for (const call of world.calls) if (!call.outcome) judgePending(world, call);
  for (const name of world.ledger.names) judgeFreeName(world, name);
  for (const { isPending, isTouched, label, startedAt } of world.operations) {
    const patienceMs = isTouched ? TRIES_MS : 0;
    if (isPending && world.nowAt > startedAt + patienceMs) world.accuse(`no answer to ${label}`);
  }
}

/** P6, and that nobody is told to stop without a cause. */
function judgeSignal(world: World, grant: Grant): void {
  const {
    nowAt,
    network: { heard },
  } = world;
  if (grant.releasingAt !== undefined) return;
  const { signal } = grant.lease;
  const isClosing = world.isClosing(grant);
  const renewalMs = grant.ttlMs / 3 + 1;
  const isForced = grant.forcedAt !== undefined;
  // It learns of a force-release by its next renewal, if there is one and it is answered at once.
  const isRenewed = isForced && grant.terms.renew && nowAt < grant.overranAt && world.isExact;
  const isTold =
    isRenewed && nowAt - grant.forcedAt! > renewalMs && nowAt - world.calmSinceAt > grant.ttlMs;
  const knowsForce = isTold || heard.isRefused(grant.lease);
  const isOver = nowAt >= heard.deadlineOf(grant.lease) || nowAt >= grant.overranAt;
  const hasCause = isOver || isClosing || isForced || grant.callerAbortedAt !== undefined;
  const must = isOver || knowsForce || grant.callerAbortedAt !== undefined;
  const who = `${grant.instance}'s lease on '${grant.lease.name}' (fence ${grant.fence})`;
  if (world.isExact && signal.aborted && !hasCause)
    world.accuse(`${who} was told to stop: ${String(signal.reason)}`);
  if (!signal.aborted && must) world.accuse(`${who} was not told to stop`);
  if (!signal.aborted && world.isExact && isClosing) world.accuse(`${who} survived the shutdown`);
}

/** What is told of the surrounding run, from inside of it. */
function judgeContext(world: World, run: Call): void {
  // A run that has joined one that ended has the lease of whatever is around that.
  if (run.grant?.releasingAt !== undefined) return;
  const lease = run.inside(currentLease);
  if (lease !== run.grant?.lease) world.accuse(`${run.label}: currentLease() is not its own`);
}

function judgePending(world: World, call: Call): void {
  if (call.state === 'running') return;
  if (call.state === 'ended') {
    const sinceAt = Math.max(call.endedAt, world.calmSinceAt);
    const patienceMs = call.isTouched ? TRIES_MS : 0;
    if (world.nowAt > sinceAt + patienceMs)
      world.accuse(`${call.label}: its body has ended, and it goes on`);
    return;
  }
  // Its last question may be put no sooner than its process goes on, and then be tried again.
  const patientUntilAt = call.isTouched
    ? Math.max(call.waitsUntilAt, world.awakeSinceAt) + TRIES_MS
    : call.waitsUntilAt;
  if (world.isClosing(call) && !call.isTouched)
    world.accuse(`${call.label} goes on asking at shutdown`);
  else if (call.caller.signal.aborted && !call.isTouched)
    world.accuse(`${call.label} asks for nobody`);
  else if (world.nowAt > patientUntilAt) world.accuse(`${call.label} goes on asking`);
}

/** A name that is free, and somebody who waits for it. */
function judgeFreeName(world: World, name: string): void {
  const { calmSinceAt, freeSinceAt, freed, ledger, nowAt } = world;
  if (!ledger.isSurelyFree(name, nowAt)) return void freeSinceAt.delete(name);
  const sinceAt = freeSinceAt.get(name) ?? nowAt;
  freeSinceAt.set(name, sinceAt);
  const waiting = world.calls.filter(
    ({ outcome, plan, state }) => !outcome && plan.name === name && state === 'asking',
  );
  const noticing = waiting.filter((call) => {
    const isOwn = waiting.every(
      ({ instance, isTouched }) => instance === freed.get(name) && !isTouched,
    );
    const patienceMs =
      call.isTouched || nowAt - calmSinceAt < TRIES_MS ? Infinity : NOTICED_WITHIN_MS;
    return isOwn || nowAt - Math.max(sinceAt, call.startedAt) >= patienceMs;
  });
  for (const call of noticing) world.accuse(`${call.label} waits beside a name that is free`);
}
