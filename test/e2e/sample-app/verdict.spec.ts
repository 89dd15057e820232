import { describe, expect, it } from '@jest/globals';
import type { JournalRow } from '../../../sample-app/verdict/evidence.js';
import { judge } from '../../../sample-app/verdict/verdict.js';

const START = Date.UTC(2026, 0, 1);
const SCOPE = { job: 'sync', periodMs: 2_000, ttlMs: 4_000 };

/** A run of `sync` for the tick at `tick` seconds, which lasts `seconds` from a little later. */
function run(
  instance: string,
  tick: number,
  seconds: number | null,
  also: Partial<JournalRow> = {},
): JournalRow {
  const startedAt = START + tick * 1000 + 5;
  const endedAt = seconds === null ? null : startedAt + seconds * 1000;
  return { job: 'sync', tick: START + tick * 1000, instance, startedAt, endedAt, ...also };
}

function verdictOn(
  rows: readonly JournalRow[],
  {
    gone = {},
    closed = 20,
    deserters = [],
  }: { gone?: Record<string, number>; closed?: number; deserters?: string[] } = {},
): ReturnType<typeof judge> {
  const goneAt = new Map(Object.entries(gone).map(([name, at]) => [name, START + at * 1000]));
  return judge({ rows, goneAt, deserters }, { ...SCOPE, closedAt: START + closed * 1000 });
}

describe("the sample's verdict", () => {
  it('finds nothing wrong with runs one after the other', () => {
    const verdict = verdictOn([run('a', 0, 1), run('b', 2, 1), run('a', 4, 1)], { closed: 6 });
    expect(verdict.faults).toEqual([]);
    expect(verdict.ticks).toEqual({
      ticks: 3,
      ran: 3,
      whileSlow: 0,
      untilTakeover: 0,
      unexplained: 0,
    });
    expect([...verdict.runsByInstance]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('finds a tick that ran twice, one run after the other', () => {
    const first = run('a', 2, 0.1);
    const second = run('b', 2, 0.1, { startedAt: first.endedAt! + 50, endedAt: null });
    const verdict = verdictOn([first, second], { gone: { b: 2.5 }, closed: 4 });
    expect(verdict.doubledTicks).toEqual([{ first, second }]);
    expect(verdict.overlaps).toEqual([]);
    expect(verdict.faults).toEqual([
      expect.stringContaining('one tick ran twice: sync, by a from'),
    ]);
  });

  it('finds two runs that overlapped, and not only neighbours', () => {
    const long = run('a', 0, 9);
    const short = run('b', 2, 1);
    const late = run('c', 4, 1);
    const verdict = verdictOn([late, short, long]);
    expect(verdict.overlaps).toEqual([
      { first: long, second: short },
      { first: long, second: late },
    ]);
    expect(verdict.faults).toHaveLength(2);
  });

  it('lets different jobs run at one time and for one tick', () => {
    const verdict = verdictOn([run('a', 0, 1), run('b', 0, 1, { job: 'prices' })]);
    expect(verdict.faults).toEqual([]);
  });

  it('counts a killed run until its process was gone, and no longer', () => {
    const killed = run('a', 0, null);
    const next = run('b', 6, 1);
    const verdict = verdictOn([killed, next], { gone: { a: 0.5 }, closed: 8 });
    expect(verdict.faults).toEqual([]);
    expect(verdict.takeovers).toEqual([{ from: killed, by: next, afterMs: 5_505 }]);
    expect(verdict.ticks).toMatchObject({ ticks: 4, ran: 2, untilTakeover: 2 });
  });

  it('finds a run that started before the killed process was gone', () => {
    const verdict = verdictOn([run('a', 0, null), run('b', 2, 1)], { gone: { a: 2.2 } });
    expect(verdict.faults).toEqual([expect.stringContaining('to its death and by b')]);
  });

  it('takes a run without an end, of a process that nobody saw end, for one that goes on', () => {
    expect(verdictOn([run('a', 0, null), run('b', 10, 1)]).overlaps).toHaveLength(1);
  });

  it('tells the ticks that passed during a slow run from those that nothing explains', () => {
    const verdict = verdictOn([run('a', 0, 5), run('b', 6, 1), run('b', 10, 1)], { closed: 12 });
    expect(verdict.faults).toEqual([]);
    expect(verdict.ticks).toEqual({
      ticks: 6,
      ran: 3,
      whileSlow: 2,
      untilTakeover: 0,
      unexplained: 1,
    });
  });

  it('finds that nobody took over, once there was time enough', () => {
    const rows = [run('a', 0, null)];
    expect(verdictOn(rows, { gone: { a: 1 }, closed: 8 }).faults).toEqual([]);
    expect(verdictOn(rows, { gone: { a: 1 }, closed: 12 }).faults).toEqual([
      'nobody took over after the lease had expired',
    ]);
  });

  it('finds that nothing ran, and that an instance ended by itself', () => {
    expect(verdictOn([]).faults).toEqual(['nothing ran at all']);
    expect(verdictOn([run('a', 0, 1)], { deserters: ['b (exit code 1)'] }).faults).toEqual([
      'an instance ended by itself: b (exit code 1)',
    ]);
  });
});
