import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { LockService } from 'nestjs-marathon';
import { count } from './application.js';

function named(kind: string, many: number): string[] {
  return Array.from({ length: many }, (_, index) => `${kind}:${index}`);
}

/** 64 names, by what is done with them. */
export const NAMES = {
  short: named('short', 32),
  renewed: named('renewed', 8),
  waited: named('waited', 8),
  fenced: named('fenced', 8),
  cron: named('cron', 8),
};

type Turn = (locks: LockService, name: string, stop: AbortSignal) => Promise<unknown>;

/** A body that ends at once; every second one is refused, as the other instance runs it. */
const short: Turn = (locks, name, signal) => locks.run(name, { signal }, () => {});

/** A lease that is taken by hand, and is renewed a few times. */
const renewed: Turn = async (locks, name, stop) => {
  await using lease = await locks.acquire(name, '1s');
  await pause(lease ? 2500 : 250, undefined, { signal: stop });
};

const waited: Turn = (locks, name, signal) =>
  locks.run(name, { wait: '2s', signal }, () => nextTurn());

/** A caller that gives up in the middle of its wait, or of its body. */
const givenUp: Turn = async (locks, name) => {
  const caller = new AbortController();
  const result = locks.run(name, { wait: '2s', signal: caller.signal }, ({ signal }) =>
    pause(1000, undefined, { signal }),
  );
  await Promise.all([result, pause(20).then(() => caller.abort())]);
};

const fenced: Turn = (locks, name, signal) =>
  locks.run(name, { wait: '1s', signal }, (lease) =>
    lease.transaction(async (manager) => {
      await manager.query('UPDATE soak SET writes = writes + 1');
      count('fenced writes');
    }),
  );

/** Everything that one instance does at the same time, for as long as `stop` has not fired. */
export function load(locks: LockService, stop: AbortSignal): Promise<unknown> {
  const again = async (turn: Turn, name: string): Promise<void> => {
    while (!stop.aborted) {
      await turn(locks, name, stop).catch((error: unknown) => count(labelOf(error)));
    }
  };
  return Promise.all([
    ...NAMES.short.map((name) => again(short, name)),
    ...NAMES.renewed.map((name) => again(renewed, name)),
    ...NAMES.waited.flatMap((name) => [again(waited, name), again(waited, name)]),
    ...NAMES.waited.map((name) => again(givenUp, name)),
    ...NAMES.fenced.map((name) => again(fenced, name)),
  ]);
}

function labelOf(error: unknown): string {
  return `rejected: ${error instanceof Error ? error.name : String(error)}`;
}
