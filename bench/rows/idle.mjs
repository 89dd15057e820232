import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Measured } from '../measure.mjs';
import { tapped } from '../wire-tap.mjs';

export const METHODS = 1000;
const PASSES = 3;

/**
 * What methods cost that nobody calls: 1,000 crons with the decorator beside 1,000 without, each in a
 * process of its own; and what the database hears of them in three seconds.
 */
export async function idle(server) {
  const tap = await tapped('postgres', server);
  try {
    const runs = { plain: [], guarded: [] };
    for (let pass = 0; pass < PASSES; pass += 1) {
      for (const kind of ['plain', 'guarded']) runs[kind].push(await boot(kind, tap));
    }
    const more = (what) =>
      new Measured(runs.guarded.map((run, pass) => run[what] - runs.plain[pass][what])).us;
    return {
      bytesEach: more('heap') / METHODS,
      bootMsEach: more('bootMs') / METHODS,
      timers: more('timers'),
      statements: Math.max(...runs.guarded.map(({ statements }) => statements)),
    };
  } finally {
    await tap.close();
  }
}

async function boot(kind, tap) {
  const child = fork(new URL('../workers/idle.mjs', import.meta.url), [kind, tap.server.url], {
    execArgv: ['--expose-gc'],
  });
  const [measured] = await once(child, 'message');
  const statements = await tap.count(async () => {
    child.send('idle');
    await once(child, 'message');
  });
  child.send('end');
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The ${kind} application ended with ${code}.`);
  return { ...measured, statements };
}
