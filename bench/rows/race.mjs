import { contenders } from '../contestants/index.mjs';
import { Measured, sideBySide } from '../measure.mjs';
import { tapped } from '../wire-tap.mjs';
import { closeAll } from './close-all.mjs';

const STORES = 64;
const PASSES = 3;

/**
 * One name, asked for at once by 64 stores with a connection of their own, as by the instances of a
 * fleet, and given back by the one that has it. A server has no room for those of all contestants
 * together, so they take turns, pass by pass.
 *
 * @returns by title how long a round takes, and its statements without the release
 */
export async function race(on, server) {
  const times = {};
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const contestant of contenders[on]) {
      const { title } = contestant;
      await withStores(contestant, server, async (round) => {
        const { [title]: timed } = await sideBySide({ [title]: round }, { passes: 1 });
        (times[title] ??= []).push(timed.us);
      });
    }
  }
  const statements = {};
  for (const contestant of contenders[on]) {
    const tap = await tapped(on, server);
    await withStores(contestant, tap.server, async (round) => {
      const releases = await tap.count(() => round(false)).then(() => tap.count(round.release));
      statements[contestant.title] = (await tap.count(round)) - releases;
    });
    await tap.close();
  }
  return Object.fromEntries(
    Object.entries(times).map(([title, us]) => [
      title,
      { time: new Measured(us), statements: statements[title] },
    ]),
  );
}

async function withStores(contestant, server, work) {
  const stores = [];
  try {
    for (let i = 0; i < STORES; i += 1) stores.push(await contestant.open(server));
    const name = `race:${contestant.title}`;
    let won;
    const round = async (released = true) => {
      const holds = await Promise.all(stores.map((store) => store.acquire(name)));
      const winners = holds.flatMap((held, i) =>
        held === undefined ? [] : [{ held, store: stores[i] }],
      );
      if (winners.length !== 1) throw new Error(`${contestant.title}: ${winners.length} winners.`);
      [won] = winners;
      if (released) await round.release();
    };
    round.release = () => won.store.release(won.held);
    await round(); // connects them all
    await work(round);
  } finally {
    await closeAll(stores);
  }
}
