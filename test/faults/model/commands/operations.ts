import { inspect } from 'node:util';
import fc from 'fast-check';
import { FenceMovedError, MarathonClosingError, type LockInfo } from 'nestjs-marathon';
import { INSTANCES, NAMES } from '../plan.js';
import type { World } from '../world.js';
import type { Command } from './command.js';

class Look implements Command {
  constructor(
    private readonly instance: number,
    private readonly name: string | undefined,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: World, world: World): Promise<void> {
    const { label, locks } = world.instances[this.instance]!;
    const { name } = this;
    const look = async (): Promise<(LockInfo | null)[]> =>
      name === undefined ? locks.list() : [await locks.inspect(name)];
    world.operate(String(this), look, ({ value, error }) => {
      const isClosed = world.isClosed({ instance: label });
      if (error instanceof MarathonClosingError && isClosed) return;
      if (!value) return world.accuse(`${String(this)} failed: ${String(error)}`);
      for (const info of value) if (info) judgeInfo(world, info);
      const names = value.map((info) => info?.name);
      if (
        name === undefined &&
        world.isExact &&
        !NAMES.some((each) => world.ledger.isInDoubt(each))
      ) {
        if (names.join() !== world.ledger.names.join()) world.accuse(`list() has ${names.join()}`);
      }
    });
    await world.settle();
  }

  toString(): string {
    const call = this.name === undefined ? 'list()' : `inspect('${this.name}')`;
    return `${INSTANCES[this.instance]}: ${call}`;
  }
}

function judgeInfo(world: World, { name, state, fence, instance, expiresAt }: LockInfo): void {
  const { ledger, nowAt } = world;
  const latest = ledger.of(name).at(-1);
  if (ledger.isInDoubt(name) || !world.isExact || !latest) return;
  const isTaken = state === 'held' || state === 'hold-at-least';
  if (fence !== ledger.fenceOf(name)) world.accuse(`'${name}' has fence ${fence}, it is told`);
  if (instance !== latest.instance) world.accuse(`'${name}' is ${instance}'s, it is told`);
  if (isTaken && ledger.isSurelyFree(name, nowAt))
    world.accuse(`'${name}' is ${state}, it is told`);
  if (!isTaken && latest.isValidAt(nowAt)) world.accuse(`'${name}' is ${state}, it is told`);
  const isHeld = latest.releasingAt === undefined && latest.forcingAt === undefined;
  if (isHeld && !latest.mayEndAt(expiresAt.getTime())) {
    world.accuse(`'${name}' ends at ${expiresAt.toISOString()}, it is told`);
  }
}

class ForceRelease implements Command {
  constructor(
    private readonly instance: number,
    private readonly name: string,
    private readonly isStale: boolean,
  ) {}

  check({ ledger, network }: World): boolean {
    return (
      ledger.fenceOf(this.name) !== undefined &&
      !ledger.isInDoubt(this.name) &&
      network.weather === 'up'
    );
  }

  async run(_model: World, world: World): Promise<void> {
    const { label, locks } = world.instances[this.instance]!;
    const { ledger, nowAt } = world;
    const { name } = this;
    const latest = ledger.fenceOf(name)!;
    const fence = this.isStale ? latest - 1 : latest;
    const isClosed = world.isClosed({ instance: label });
    const force = (): Promise<void> => locks.forceRelease(name, { fence, reason: 'a test' });
    // From here on it may be over, whatever is answered.
    if (!isClosed)
      for (const grant of ledger.of(name)) if (grant.fence === fence) grant.forcingAt ??= nowAt;
    world.operate(String(this), force, ({ error }) => {
      if (error instanceof MarathonClosingError && world.isClosed({ instance: label })) return;
      if (error === undefined && !this.isStale) return ledger.forced(name, nowAt);
      const isMoved = error instanceof FenceMovedError && (this.isStale || !world.isExact);
      if (!isMoved) return world.accuse(`${String(this)}: ${inspect(error)}`);
      if (world.isExact && error.fence !== latest)
        world.accuse(`it says the fence is ${error.fence}`);
    });
    await world.settle();
  }

  toString(): string {
    const fence = this.isStale ? 'an older fence' : 'its fence';
    return `${INSTANCES[this.instance]}: forceRelease('${this.name}', ${fence})`;
  }
}

const instance = fc.nat(INSTANCES.length - 1);
const name = fc.constantFrom(...NAMES);

export const operations: fc.Arbitrary<Command>[] = [
  fc.tuple(instance, fc.option(name, { nil: undefined })).map((args) => new Look(...args)),
  fc.tuple(instance, name, fc.boolean()).map((args) => new ForceRelease(...args)),
];
