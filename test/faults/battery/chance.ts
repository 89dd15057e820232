import { seeded } from '../../support/seeded.js';

/**
 * The choices of a battery. Each who chooses has a stream of its own, so that the same seed makes the
 * same plan, whoever comes first; what becomes of it, the machine decides.
 */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A stream of its own. */
  fork(): Chance {
    return new Chance(this.between(0, 2 ** 31));
  }

  isTrue(share: number): boolean {
    return this.#random() < share;
  }

  between(least: number, most: number): number {
    return Math.round(least + this.#random() * (most - least));
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** In any order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const placed = items.map((item) => ({ item, at: this.#random() }));
    return placed.sort((a, b) => a.at - b.at).map(({ item }) => item);
  }

  weighted<Item extends { readonly weight: number }>(items: readonly Item[]): Item {
    let left = this.#random() * items.reduce((sum, { weight }) => sum + weight, 0);
    return items.find(({ weight }) => (left -= weight) < 0) ?? items.at(-1)!;
  }
}
