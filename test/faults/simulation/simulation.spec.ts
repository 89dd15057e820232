import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { simulate } from './simulate.js';
import { emptyTally, type Tally } from './tally.js';

const SEEDS = 20_000;

describe('the core, in a world in which all goes wrong', () => {
  it(
    `keeps its promises in ${SEEDS} worlds`,
    async () => {
      const tally = await simulated(SEEDS);
      expect(tally.first).toEqual([]);
      expect(tally.violations).toEqual(emptyTally().violations);
      expect(tally).toMatchObject({ seeds: SEEDS });
      // Else it was no test: with fewer grants than seeds nobody has met anybody.
      expect(tally.grants).toBeGreaterThan(5 * SEEDS);
      expect(tally.fencedWrites).toBeGreaterThan(SEEDS / 2);
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

/** By a process of its own, as `npm run simulate` is: inside of Jest it takes many times as long. */
async function simulated(seeds: number): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'marathon-simulation-'));
  const json = join(folder, 'tally.json');
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const program = ['--import', file('../../support/typescript.mjs'), file('main.ts')];
  const options = ['--seeds', String(seeds), '--processes', '1', '--json', json];
  try {
    // Where it finds violations it ends with 1, and they are in what it wrote.
    await promisify(execFile)(process.execPath, [...program, ...options]).catch(() => {});
    return JSON.parse(await readFile(json, 'utf8')) as Tally;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
