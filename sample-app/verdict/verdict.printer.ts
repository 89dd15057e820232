import { SYNC } from '../inventory/jobs.js';
import { paint, say, shout } from '../output.js';
import type { Takeover, Verdict } from './verdict.js';

/** The verdict as people read it. */
export function printVerdict({ ticks, ...verdict }: Verdict): void {
  const { doubledTicks, overlaps, takeovers, runs, runsByInstance, faults } = verdict;
  say();
  say(paint(`Verdict, from what the jobs wrote down: ${runs} runs`, 'bold'));
  row('ticks', [
    `${ticks.ticks} of ${SYNC.name}`,
    `${ticks.ran} ran`,
    ticks.whileSlow > 0 && `${ticks.whileSlow} passed while a slow run went on`,
    ticks.untilTakeover > 0 && `${ticks.untilTakeover} passed until the takeover`,
    ticks.unexplained > 0 && `${ticks.unexplained} passed without a reason in the rows`,
  ]);
  row('ran twice', [`${doubledTicks.length} ticks`]);
  row('overlaps', [`${overlaps.length}`]);
  for (const takeover of takeovers) row('takeover', [describe(takeover)]);
  const counts = [...runsByInstance].map(([instance, count]) => `${instance} ${count}`);
  row('runs', counts);
  say();
  for (const fault of faults) shout(`FAULT: ${fault}`, 'red');
  if (faults.length === 0) shout('OK: no tick ran twice, and no two runs overlapped', 'green');
}

function row(title: string, parts: readonly (string | false)[]): void {
  say(`  ${title.padEnd(10)} ${parts.filter((part) => part !== false).join(' · ')}`);
}

function describe({ from, by, afterMs }: Takeover): string {
  if (!by) return `none yet: the shop closed too soon after ${from.instance} was killed`;
  const seconds = (afterMs / 1000).toFixed(1);
  return `${by.instance} went on ${seconds} s after ${from.instance} was killed (lease ${SYNC.ttl}, then the next tick)`;
}
