import { Session } from 'node:inspector/promises';
import { scheduled } from '../contestants/cron.mjs';
import { sideBySide } from '../measure.mjs';

const PROFILED_CALLS = 50_000;

/**
 * What the library itself needs, with locks in memory: for the fire of a cron whose tick is taken, and
 * for a call that takes the name, runs and gives it back. The schedule's next tick is not in it: it is
 * computed once for a tick, after its fire.
 */
export async function ownTime() {
  const { fire: skip, byHand: pair, close } = await scheduled('memory');
  try {
    const cases = { skip, pair };
    return { ...(await sideBySide(cases)), profile: await profiled(cases) };
  } finally {
    await close();
  }
}

/** The share of each place in the processor's time, by V8's sampling profiler. */
async function profiled(cases) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  const profile = {};
  for (const [title, call] of Object.entries(cases)) {
    await session.post('Profiler.start');
    for (let i = 0; i < PROFILED_CALLS; i += 1) await call();
    profile[title] = shares((await session.post('Profiler.stop')).profile);
  }
  session.disconnect();
  return profile;
}

function shares({ nodes, samples, timeDeltas }) {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const spent = {};
  let all = 0;
  samples.forEach((id, i) => {
    const place = places.get(id);
    spent[place] = (spent[place] ?? 0) + timeDeltas[i];
    all += timeDeltas[i];
  });
  return Object.fromEntries(
    Object.entries(spent)
      .map(([place, us]) => [place, us / all])
      .toSorted(([, a], [, b]) => b - a),
  );
}

function placeOf({ functionName, url }) {
  if (/nestjs-marathon\/dist\//.test(url)) return `nestjs-marathon, ${functionName || 'anonymous'}`;
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name) return name;
  if (functionName === '(idle)') return 'the event loop, between turns';
  if (functionName === '(garbage collector)') return 'garbage collector';
  return 'Node.js';
}
