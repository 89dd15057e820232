/** Chance that repeats itself: a round that fails once fails again. (mulberry32) */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Some of the items, at least one, in any order. */
export function someOf<Item>(items: readonly Item[], random: () => number): Item[] {
  const pool = [...items];
  const size = 1 + Math.floor(random() * items.length);
  return Array.from({ length: size }, () => {
    const [item] = pool.splice(Math.floor(random() * pool.length), 1);
    return item!;
  });
}
