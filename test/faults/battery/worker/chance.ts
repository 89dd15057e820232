import { seeded } from '../../../support/seeded.js';
import { ownSettings } from './settings.js';

/** Chance that repeats itself with the seed. */
export const chance = seeded(ownSettings().seed);

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
