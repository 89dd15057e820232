import { seeded } from '../../support/seeded.js';

/** All the chance of one world: the same seed draws the same numbers in the same order. */
export class Chance {
  readonly next: () => number;

  constructor(seed: number) {
    // Neighbouring seeds shall not draw neighbouring numbers.
    this.next = seeded(Math.imul(seed + 1, 0x9e3779b1));
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  roll(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }
}
