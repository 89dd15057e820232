import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Slot } from './slot.js';

const file = fileURLToPath(new URL('./workers/odd-instance.mjs', import.meta.url));

describe('the place of an instance', () => {
  let folder: string;
  let slot: Slot | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marathon-slot-'));
  });
  afterEach(async () => {
    await slot?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  /** One process after the other, each with its oddity; the last one has none. */
  const slotOf = (...oddities: string[]): Slot => {
    let now = 0;
    slot = new Slot('w1', {
      ...{ file, proxy: undefined, clockFile: undefined, faketime: undefined, skewSeconds: 0 },
      now: () => (now += 1),
      settings: (label) => ({
        ...{ url: '', instance: label, journal: join(folder, `${label}.journal`) },
        ...{ ttlMs: 1000, seed: 1, poolSize: 1, order: ['typeorm', 'marathon', 'schedule'] },
        ...{ names: oddities.splice(0, 1), batchNames: [], speaksMysql: false },
      }),
    });
    return slot;
  };

  it('takes no answer for that of another question', async () => {
    const asked = slotOf();
    await asked.start();
    const answers = [1, 2].map((ms) => asked.ask({ type: 'block', ms }));
    expect((await Promise.all(answers)).map((answer) => answer?.wallAt)).toEqual([1, 2]);
  });

  it('starts anew whoever refuses to start, and knows when that was', async () => {
    const refused = slotOf('refuses', 'refuses');
    await refused.start();
    expect(refused.lives.map(({ how }) => how)).toEqual(['refused', 'refused', undefined]);
    expect(refused.lives.map(({ instance }) => instance)).toEqual(['w1.1', 'w1.2', 'w1.3']);
    for (const { diedAt = Infinity, startedAt } of refused.lives) {
      expect(diedAt).toBeGreaterThan(startedAt);
    }
  });

  it('starts anew whoever crashes at its start, which nothing excuses', async () => {
    const crashed = slotOf('crashes');
    await crashed.start();
    expect(crashed.lives.map(({ how }) => how)).toEqual(['end', undefined]);
  });

  it('dates the end of a process by the signal that killed it', async () => {
    const killed = slotOf();
    await killed.start(); // from 1
    await killed.kill(); // 2
    expect(killed.lives).toMatchObject([{ how: 'SIGKILL', diedAt: 2 }]);
  });
});
