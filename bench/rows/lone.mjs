import { contestants, readers } from '../contestants/index.mjs';
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
  if (roundTrips[on]) {
    const { ask } = await open(roundTrips[on]);
    cases[roundTrips[on].title] = ask;
  }
  try {
    for (const contestant of [...contestants[on], ...((kind === 'skip' && readers[on]) || [])]) {
      cases[contestant.title] = await calls[kind](
        () => open(contestant),
        `${kind}:${names++}`,
        opened,
      );
    }
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
