import fc from 'fast-check';
import { INSTANCES, seconds } from '../plan.js';
import { SHUTDOWN_TIMEOUT_MS } from '../stage.js';
import type { Weather } from '../switchable-store.js';
import type { World } from '../world.js';
import type { Command } from './command.js';

class LetTimePass implements Command {
  constructor(private readonly ms: number) {}

  check(): boolean {
    return true;
  }

  async run(_model: World, world: World): Promise<void> {
    world.say(String(this));
    await world.clock.advance(this.ms);
    await world.settle();
  }

  toString(): string {
    return `time +${seconds(this.ms)}`;
  }
}

/** All processes stand still, as in a SIGSTOP or behind a blocked event loop. */
class Block implements Command {
  constructor(private readonly ms: number) {}

  check({ isExact }: World): boolean {
    return isExact;
  }

  async run(_model: World, world: World): Promise<void> {
    world.say(String(this));
    world.clock.block(this.ms);
    world.isStandingStill = true;
    world.awakeSinceAt = world.nowAt;
    await world.clock.advance(0);
    world.isStandingStill = false;
    await world.settle();
  }

  toString(): string {
    return `processes stand still for ${seconds(this.ms)}`;
  }
}

class ChangeWeather implements Command {
  constructor(private readonly weather: Weather) {}

  check({ network }: World): boolean {
    return network.weather !== this.weather;
  }

  async run(_model: World, world: World): Promise<void> {
    world.say(String(this));
    world.setWeather(this.weather);
    await world.settle();
  }

  toString(): string {
    return `store: ${this.weather}`;
  }
}

/** Begins the shutdown of an instance. */
export function shutDown(world: World, label: string): void {
  const { close } = world.instances.find((instance) => instance.label === label)!;
  world.say(`${label}: shuts down`);
  const closing = { fromAt: world.nowAt, over: false };
  world.closing.set(label, closing);
  void close().then(
    () => {
      closing.over = true;
      world.say(`    ${label} is closed`);
      const left = world.calls.filter((call) => call.instance === label && !call.outcome);
      const isEarly = world.nowAt - closing.fromAt < SHUTDOWN_TIMEOUT_MS;
      const own = left.filter(({ joined }) => !joined);
      if (own.length > 0 && isEarly)
        world.accuse(`${label} did not wait for ${own.map((call) => call.label).join(', ')}`);
    },
    (error: unknown) => world.accuse(`the shutdown of ${label} failed: ${String(error)}`),
  );
}

class ShutDown implements Command {
  constructor(private readonly instance: number) {}

  check(world: World): boolean {
    return !world.isClosing({ instance: INSTANCES[this.instance]! });
  }

  async run(_model: World, world: World): Promise<void> {
    shutDown(world, INSTANCES[this.instance]!);
    await world.settle();
  }

  toString(): string {
    return `${INSTANCES[this.instance]}: shuts down`;
  }
}

const time = fc.constantFrom(100, 300, 1000, 3000, 5000, 8000, 15_000, 60_000);

export const surroundings: fc.Arbitrary<Command>[] = [
  time.map((ms) => new LetTimePass(ms)),
  time.map((ms) => new LetTimePass(ms)),
  time.map((ms) => new Block(ms)),
  fc
    .constantFrom<Weather[]>('up', 'up', 'unsent', 'reply-lost', 'refused')
    .map((weather) => new ChangeWeather(weather)),
  fc.nat(INSTANCES.length - 1).map((instance) => new ShutDown(instance)),
];
