import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { everythingIsRequired } from '../../../../support/is-required.mjs';
import type { Deadlock } from '../../evidence.js';
import type { GroundDialect } from '../ground.js';

/** What a keeper does when it is asked to. */
interface Verbs {
  start: { parameter: undefined; answer: undefined };
  restart: { parameter: 'fast' | 'immediate'; answer: undefined };
  fill: { parameter: undefined; answer: undefined };
  free: { parameter: undefined; answer: undefined };
  deadlocks: { parameter: undefined; answer: Deadlock[] };
  atStart: { parameter: string; answer: undefined };
  guard: { parameter: number; answer: undefined };
  unguard: { parameter: number; answer: undefined };
}

export interface Keeper {
  /** The server's URL, as its superuser; on SQLite the folder. */
  readonly place: string;
  /** Why the disk cannot be filled; `undefined` if it can. */
  readonly unlimited: string | undefined;
  ask<Verb extends keyof Verbs>(
    verb: Verb,
    parameter?: Verbs[Verb]['parameter'],
  ): Promise<Verbs[Verb]['answer']>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly opened?: Pick<Keeper, 'place' | 'unlimited'>;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Starts the process that holds a ground, and resolves once it stands. */
export async function startKeeper(dialect: GroundDialect): Promise<Keeper> {
  const child = fork(fileURLToPath(new URL('./keeper.mjs', import.meta.url)), [dialect], {
    // A Ctrl-C in the terminal must end the battery before it ends the server under it.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const waiting = new Map<number, (message: Message) => void>();
  void gone.then(([code]) => {
    for (const answered of waiting.values()) answered({ error: `it ended with code ${code}` });
  });
  child.on('message', ({ id, ...message }: Message) => {
    waiting.get(id ?? 0)?.(message);
    waiting.delete(id ?? 0);
  });
  const answer = (id: number): Promise<Message> =>
    new Promise((resolve, reject) => {
      waiting.set(id, (message) => {
        if (message.error === undefined) resolve(message);
        else reject(new Error(`The keeper of ${dialect} failed: ${message.error}`));
      });
    });
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await gone;
  };
  let count = 0;
  try {
    const { opened } = await answer(count);
    if (opened?.unlimited) {
      const why =
        `On ${dialect} no disk will be full: one of limited size cannot be mounted here. ` +
        `Run this as root, and where root may mount, if that matters. (${opened.unlimited.replaceAll(/\s*\n\s*/g, ' ')})`;
      if (everythingIsRequired()) throw new Error(why);
      console.error(why);
    }
    return {
      ...opened!,
      ask: async (verb, parameter) => {
        const id = (count += 1);
        const answered = answer(id);
        child.send({ id, verb, parameter }, (error) => {
          if (error) waiting.get(id)?.({ error: error.message });
        });
        return (await answered).answer as never;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
