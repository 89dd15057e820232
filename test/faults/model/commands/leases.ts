import { inspect } from 'node:util';
import fc from 'fast-check';
import { LeaseLostError, MarathonClosingError, MaxRuntimeError } from 'nestjs-marathon';
import type { Call } from '../call.js';
import type { Grant } from '../grant.js';
import { isLost } from '../lost.js';
import type { World } from '../world.js';
import { pick, type Command } from './command.js';

const EXTENDED_MS = 60_000;

/** Gives back what was taken by hand, perhaps not for the first time. */
export function release(world: World, call: Call): void {
  const grant = call.grant!;
  const wasLost = isLost(world, grant);
  const repeated = grant.released;
  const isFirst = grant.releasingAt === undefined;
  grant.releasingAt ??= world.nowAt;
  const wanted = repeated ?? (wasLost ? 'lost' : 'released');
  world.operate(
    `release #${call.id}`,
    () => grant.lease.release(),
    ({ value, error, isTouched }) => {
      if (error instanceof MarathonClosingError && world.isClosed(call) && !repeated) return;
      // Tries that had failed are repeated later, or on a lease that has run out meanwhile.
      if (world.isExact && (isFirst || repeated)) {
        // What was given back and not answered may be another's by the time that it is asked again.
        const mayBeTaken = isTouched && mayBeAnothers(world, grant);
        if (value !== wanted && !(value === 'lost' && mayBeTaken))
          world.accuse(`release #${call.id} says ${value ?? String(error)}, not ${wanted}`);
      }
      if (value === undefined) return;
      grant.released ??= value;
      const { holdAtLeastMs } = grant.terms;
      if (isFirst && value === 'released' && holdAtLeastMs === 0) {
        world.freed.set(call.plan.name, call.instance);
      }
    },
  );
}

function mayBeAnothers({ ledger }: World, { lease: { name, fence } }: Grant): boolean {
  return ledger.isInDoubt(name) || ledger.fenceOf(name) !== fence;
}

class Release implements Command {
  constructor(private readonly which: number) {}

  check({ leases }: World): boolean {
    return leases.length > 0;
  }

  async run(_model: World, world: World): Promise<void> {
    release(world, pick(world.leases, this.which));
    await world.settle();
  }

  toString(): string {
    return `release lease ${this.which}`;
  }
}

class Extend implements Command {
  constructor(private readonly which: number) {}

  check(world: World): boolean {
    return this.#choices(world).length > 0;
  }

  async run(_model: World, world: World): Promise<void> {
    const call = pick(this.#choices(world), this.which);
    const grant = call.grant!;
    const { nowAt } = world;
    const isOver = isLost(world, grant) || grant.releasingAt !== undefined;
    const label = `extend #${call.id} by 60s`;
    // What is asked may be done without being answered, and lasts as long then.
    grant.ttlMs = Math.max(grant.ttlMs, isOver || world.isClosed(call) ? 0 : EXTENDED_MS);
    world.operate(
      label,
      () => grant.lease.extend(EXTENDED_MS),
      ({ error }) => {
        if (error === undefined) return judgeExtended(world, grant, label, nowAt, isOver);
        const isOverrun = error instanceof MaxRuntimeError && world.nowAt >= grant.overranAt;
        const isLost = error instanceof LeaseLostError && (isOver || !world.isExact);
        if (!isOverrun && !isLost && !world.isClosed(call)) {
          world.accuse(`${label} failed without a cause: ${inspect(error)}`);
        }
      },
    );
    await world.settle();
  }

  toString(): string {
    return `extend lease ${this.which} by 60s`;
  }

  #choices({ calls, nowAt, isExact, network }: World): World['calls'] {
    return calls.filter(({ grant, joined }) => {
      if (!grant || joined || !isExact || network.weather !== 'up') return false;
      return nowAt < grant.overranAt;
    });
  }
}

function judgeExtended(
  world: World,
  grant: Grant,
  label: string,
  askedAt: number,
  wasOver: boolean,
): void {
  if (wasOver) world.accuse(`${label} succeeded on a lease that was over`);
  if (grant.untilAt < askedAt + EXTENDED_MS) world.accuse(`${label} did not extend it`);
}

export const leases: fc.Arbitrary<Command>[] = [
  fc.nat(3).map((which) => new Release(which)),
  fc.nat(3).map((which) => new Extend(which)),
];
