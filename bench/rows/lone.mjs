import { contestants, skips } from '../contestants/index.mjs';
import { roundTrips } from '../contestants/round-trip.mjs';
import { sideBySide } from '../measure.mjs';
import { closeAll } from './close-all.mjs';

/** One name at a time: `pair` takes it and gives it back, `skip` asks for one that somebody else has. */
export async function lone(kind, on, server) {
  const opened = [];
  const open = async (contestant) => {
    const it = await contestant.open(server);
    opened.push(it);
    return it;
  };
  const cases = {};
  let names = 0; // some share a table
  const ask = async (question) => (cases[question.title] = (await open(question)).ask);
  try {
    if (roundTrips[on]) await ask(roundTrips[on]);
    for (const contestant of contestants[on]) {
      cases[contestant.title] = await calls[kind](
        () => open(contestant),
        `${kind}:${names++}`,
        opened,
      );
    }
    if (kind === 'skip') for (const skip of skips[on] ?? []) await ask(skip);
    return await sideBySide(cases);
  } finally {
    await closeAll(opened);
  }
}

const calls = {
  async pair(open, name) {
    const it = await open();
    return async () => it.release(await taken(it, name));
  },

  async skip(open, name, opened) {
    const holder = await open();
    const held = await taken(holder, name);
    opened.push({ close: () => holder.release(held) });
    const it = await open();
    return async () => {
      if ((await it.acquire(name)) !== undefined) throw new Error('Two have one name.');
    };
  },
};

async function taken(it, name) {
  const held = await it.acquire(name);
  if (held === undefined) throw new Error(`The free name ${name} was refused.`);
  return held;
}
