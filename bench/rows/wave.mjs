import { crowds } from '../contestants/index.mjs';
import { sideBySide } from '../measure.mjs';
import { closeAll } from './close-all.mjs';

export const WAVE = 64;

/**
 * Takes 64 names in one turn of the event loop, as at second zero, and gives each back once it is had.
 *
 * @param servers by what they are; one of them is that which the wave is `on`
 */
export async function wave(on, servers) {
  const opened = [];
  const cases = {};
  try {
    for (const [index, contestant] of crowds[on].entries()) {
      const it = await contestant.open(servers[contestant.on ?? on]);
      opened.push(it);
      const names = Array.from({ length: WAVE }, (_, i) => `wave:${index}:${i}`);
      cases[contestant.title] = () => Promise.all(names.map((name) => pair(it, name)));
    }
    return await sideBySide(cases);
  } finally {
    await closeAll(opened);
  }
}

async function pair(it, name) {
  const held = await it.acquire(name);
  if (held === undefined) throw new Error(`The free name ${name} was refused.`);
  await it.release(held);
}
