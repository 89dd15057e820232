import { ownSettings } from './settings.js';

/** Chance that repeats itself with the seed. (mulberry32) */
let state = ownSettings().seed;

export function chance(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

export function between(least: number, most: number): number {
  return Math.round(least + chance() * (most - least));
}

export function oneOf<Item>(items: readonly Item[]): Item {
  return items[Math.floor(chance() * items.length)]!;
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: chance() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
