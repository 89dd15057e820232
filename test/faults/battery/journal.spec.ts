import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../support/worker.js';
import type { JournalLine } from './evidence.js';

describe('the journal of a process', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marathon-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has the stall in which it was killed', async () => {
    const journal = join(folder, 'w1.1.journal');
    const settings = JSON.stringify({ instance: 'w1.1', journal, speed: 1 });
    const file = new URL('./workers/killed-in-a-stall.ts', import.meta.url);
    const { signal } = await startWorker(file, { args: [settings] }).exited;
    expect(signal).toBe('SIGKILL');
    const written = (await readFile(journal, 'utf8')).trim().split('\n');
    const lines = written.map((line) => JSON.parse(line) as JournalLine);
    // A busy machine may add stalls before.
    const [stalled, aborted] = lines.slice(-2);
    expect(aborted).toMatchObject({ what: 'aborted', instance: 'w1.1' });
    if (stalled?.what !== 'stalled') throw new Error(`No stall is noted: ${written.join(' ')}`);
    expect(stalled.at).toBeLessThanOrEqual(aborted!.at);
    expect(stalled.at - stalled.since).toBeGreaterThanOrEqual(300);
  });
});
