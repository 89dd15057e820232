import type { Machine } from './machine.js';
import { stepping } from './turns.js';
import type { Promised, Violation } from './verdicts.js';
import { World, type Spoilt } from './world.js';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly grants: number;
  readonly calls: number;
  readonly fencedWrites: number;
  /** For how long calls and faults were made, in virtual time. */
  readonly activeMs: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** How often there was something to judge. */
  readonly judged: Readonly<Record<Promised, number>>;
}

/** A call may try for 10 s, its last statement for 5 s more, and its release for another 10. */
const SETTLING_MS = 40_000;
/** What passes at most before a release is sent for the second time. */
const FIRST_PAUSE_MS = 10;
/** What goes on longer than this, in steps, does not end. */
const MOST_STEPS = 200_000;

/**
 * Lives through the world of one seed: first with all of its faults, then without, until every call
 * has come to its end. Then each name has to be free, each instance shuts down, and nothing is left.
 *
 * @param line is given the story, line by line
 */
export async function simulate(
  seed: number,
  spoilt: Spoilt = {},
  line?: (text: string) => void,
): Promise<Outcome> {
  const world = new World(seed, spoilt, line);
  const { timeline, weather, ledger, calls, verdicts } = world;
  let isOver = false;
  const end = (): void => void (isOver = true);
  const escaped = (reason: unknown): void =>
    verdicts.broken('rejections', `nobody took ${String(reason)}`);
  verdicts.judges('rejections');
  process.on('unhandledRejection', escaped);
  world.begin();
  timeline.after(weather.activeMs, () => world.clearUp());
  const longestBodyMs = weather.ttlMs * 25;
  timeline.after(weather.activeMs + SETTLING_MS + longestBodyMs, () => {
    judgeSettled(world);
    void finish(world).then(end);
  });
  let steps = 0;
  await stepping(() => {
    if (isOver || !timeline.step()) return false;
    steps += 1;
    if (steps <= MOST_STEPS) return true;
    verdicts.broken('settles', `something goes on for ever: ${steps} steps`);
    return false;
  }).finally(() => process.off('unhandledRejection', escaped));
  if (!isOver && steps <= MOST_STEPS) verdicts.broken('settles', 'the end was not reached');
  return {
    ...{ seed, grants: ledger.grants, calls: calls.calls.length },
    ...{ fencedWrites: ledger.fencedWrites, activeMs: weather.activeMs },
    ...{ faults: world.faultsByKind, violations: verdicts.violations },
    judged: verdicts.judged,
  };
}

function judgeSettled({ calls, verdicts }: World): void {
  for (const { id, name, kind, machine, outcome } of calls.calls) {
    if (!machine.isAlive) continue;
    verdicts.judges('settles');
    if (outcome !== 'open') continue;
    verdicts.broken(
      'settles',
      `${kind} ${id} of ${name} on ${machine.label} did not come to its end`,
    );
  }
}

async function finish(world: World): Promise<void> {
  const { everyInstance, timeline, verdicts, weather } = world;
  // Whoever was granted a name by a message that came after its sender's death has it for a ttl.
  await Promise.all(weather.names.map((name) => world.probe(name, 2 * weather.ttlMs + 1000)));
  const alive = everyInstance.filter(({ machine }) => machine.isAlive);
  const working = new Set(
    alive.filter(({ closing }) => closing === 'no').map((one) => one.machine),
  );
  await Promise.all(alive.map((instance) => instance.close(1000)));
  await new Promise<void>((resolve) => void timeline.after(SETTLING_MS, resolve));
  for (const { machine } of alive) {
    verdicts.judges('leftovers');
    if (machine.timers === 0) continue;
    verdicts.broken('leftovers', `${machine.timers} timers are left on ${machine.label}`);
  }
  judgeGivenBack(world, working);
  judgeRepeated(world, working);
}

/** Who does not know whether it was granted a name has to give it back all the same. */
function judgeGivenBack(world: World, working: ReadonlySet<Machine>): void {
  const { calls, everyInstance, ledger, traffic, verdicts } = world;
  const uncertain = new Set(everyInstance.flatMap(({ wire }) => [...wire.uncertainOwners]));
  const callOf = new Map(calls.calls.flatMap((call) => call.owners.map((owner) => [owner, call])));
  for (const { name, fence, owner, acquiredAt, releasedAt, forcedAt } of ledger.entries) {
    if (releasedAt !== undefined || forcedAt !== undefined) continue;
    if (!uncertain.has(owner) || traffic.releases.has(owner)) continue;
    const call = callOf.get(owner);
    if (call?.outcome !== 'given up' || !working.has(call.machine)) continue;
    // What came after it had given up, a message that was late or repeated, nobody could know of.
    if (acquiredAt > call.endedAt) continue;
    verdicts.broken('leftovers', `${name}: call ${call.id} never gave back fence ${fence}`);
  }
}

/** A release that failed is sent again, as long as nobody else could have the name anyway. */
function judgeRepeated({ calls, traffic, verdicts }: World, working: ReadonlySet<Machine>): void {
  for (const { id, name, machine, owners, releaseUntilAt } of calls.calls) {
    if (!working.has(machine)) continue;
    for (const owner of owners) {
      const { times, failedAt } = traffic.releases.get(owner) ?? { times: 0 };
      if (times !== 1 || failedAt === undefined) continue;
      if (failedAt + FIRST_PAUSE_MS >= releaseUntilAt) continue;
      verdicts.broken('leftovers', `${name}: call ${id} failed to give it back, and tried once`);
    }
  }
}
