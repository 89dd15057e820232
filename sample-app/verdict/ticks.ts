import { endOf, rowsByJob, type Evidence, type JournalRow } from './evidence.js';

/** What became of the ticks of a cron, from its first run until the shop closed. */
export interface TickCount {
  readonly ticks: number;
  readonly ran: number;
  /** No run, as the one before it still went on. */
  readonly whileSlow: number;
  /** No run, as the one before it was cut off and its lease had not expired. */
  readonly untilTakeover: number;
  /** No run, and the rows do not tell why. */
  readonly unexplained: number;
}

/** Between a tick and its row, and between a row's end and the release of its lock. */
const SLACK_MS = 500;

export function countTicks(
  evidence: Evidence,
  { job, periodMs, closedAt }: { job: string; periodMs: number; closedAt: number },
): TickCount {
  const rows = rowsByJob(evidence).get(job) ?? [];
  const count = { ticks: 0, ran: 0, whileSlow: 0, untilTakeover: 0, unexplained: 0 };
  const firstTick = rows[0]?.tick ?? Infinity;
  const lastTick = rows.at(-1)?.tick ?? -Infinity;
  // A tick just before the end may have found its instances closing.
  const until = Math.max(lastTick, closedAt - SLACK_MS);
  for (let tick = firstTick; tick <= until; tick += periodMs) {
    count.ticks += 1;
    count[fateOf(tick, rows, evidence)] += 1;
  }
  return count;
}

function fateOf(
  tick: number,
  rows: readonly JournalRow[],
  evidence: Evidence,
): Exclude<keyof TickCount, 'ticks'> {
  if (rows.some((row) => row.tick === tick)) return 'ran';
  const before = rows.findLast((row) => row.tick !== null && row.tick < tick);
  if (!before) return 'unexplained';
  // Lengths are compared, and not instants: ticks are of another clock.
  const sinceEndMs = tick - before.tick! - (endOf(before, evidence) - before.startedAt);
  if (before.endedAt === null) return sinceEndMs < 0 ? 'whileSlow' : 'untilTakeover';
  return sinceEndMs <= SLACK_MS ? 'whileSlow' : 'unexplained';
}
