import { ASSUMED, PROMISES, type Promised } from './verdicts.js';
import { violationsOf, type Tally } from './tally.js';

/** One table, for people. */
export function tableOf(
  tally: Tally,
  { from, seeds, seconds }: { from: number; seeds: number; seconds: number },
): string {
  const { calls, grants, fencedWrites, virtualHours, faults, violations, judged, first } = tally;
  const rows: [string, string | number][] = [
    ['seeds', `${tally.seeds} (${from} to ${from + seeds - 1})`],
    ['calls', calls],
    ['grants', grants],
    ['fenced writes', fencedWrites],
    ['virtual hours', virtualHours.toFixed(1)],
    ['real seconds', seconds.toFixed(1)],
    ...Object.entries(faults)
      .sort(([, a], [, b]) => b - a)
      .map(([kind, times]): [string, number] => [`fault: ${kind}`, times]),
    ...Object.entries(violations).map(([promise, times]): [string, string] => [
      `${ASSUMED.has(promise as Promised) ? 'assumed' : 'violations of'} ${promise}`,
      `${times} in ${judged[promise as Promised]} (${PROMISES[promise as Promised]})`,
    ]),
    ['violations in all', violationsOf(tally)],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
  const found = first.map(({ seed, promise, at, what }) => {
    return `seed ${seed} at ${at.toFixed(1)} ms, ${promise}: ${what}\n  npm run simulate -- --seed ${seed} --trace`;
  });
  const note =
    'Assumed: by the model store, which is not the library: assumptions that the core is run under.';
  return [...lines, note, ...found].join('\n');
}
