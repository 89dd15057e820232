import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../report-of.js';
import { simulate } from './simulate.js';
import { emptyTally, type Tally } from './tally.js';

const SEEDS = 20_000;

describe('the core, in a world in which all goes wrong', () => {
  it(
    `keeps its promises in ${SEEDS} worlds`,
    async () => {
      const options = ['--seeds', String(SEEDS), '--processes', '1'];
      const tally = await reportOf<Tally>('simulation/main.ts', options);
      expect(tally.first).toEqual([]);
      expect(tally.violations).toEqual(emptyTally().violations);
      expect(tally).toMatchObject({ seeds: SEEDS });
      // Else it was no test: with fewer grants than seeds nobody has met anybody.
      expect(tally.grants).toBeGreaterThan(5 * SEEDS);
      expect(tally.fencedWrites).toBeGreaterThan(SEEDS / 2);
      expect(Math.min(...Object.values(tally.judged))).toBeGreaterThan(SEEDS / 20);
    },
    15 * 60_000, // of a machine that does much else; it is less than a minute of one core
  );

  it('is the same again for the same seed', async () => {
    const [once, again]: [string[], string[]] = [[], []];
    for (const story of [once, again]) await simulate(4711, {}, (line) => void story.push(line));
    expect(again).toEqual(once);
    expect(once.length).toBeGreaterThan(50);
  });
});
