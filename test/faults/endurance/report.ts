import { mkdirSync, writeFileSync } from 'node:fs';
import { counts } from './application.js';
import type { Sample } from './sample.js';
import type { SoakSettings } from './settings.js';
import type { Measure, Verdict } from './verdict.js';

/** How a measure is shown. */
const UNITS: Record<Measure, { readonly unit: string; readonly per: number }> = {
  heapUsed: { unit: 'MB', per: 2 ** 20 },
  rss: { unit: 'MB', per: 2 ** 20 },
  timers: { unit: '', per: 1 },
  handles: { unit: '', per: 1 },
  listeners: { unit: '', per: 1 },
};

/** Prints one table, and writes everything to a file in `out`. */
export function report(
  { dialect, durationMs }: SoakSettings,
  samples: readonly Sample[],
  verdict: Verdict,
  leftAfterClose: readonly string[],
): void {
  console.table(
    Object.fromEntries(
      Object.entries(verdict).map(([measure, growth]) => {
        const { level, perMinute, errorPerMinute, tooMuch } = growth;
        const { unit, per } = UNITS[measure as Measure];
        const values = samples.map((sample) => sample[measure as Measure] / per);
        const shown = (value: number): string => `${value.toFixed(2)} ${unit}`.trim();
        return [
          measure,
          {
            first: shown(values[0]!),
            least: shown(Math.min(...values)),
            most: shown(Math.max(...values)),
            last: shown(values.at(-1)!),
            'level (2nd half)': shown(level / per),
            'growth a minute': shown(perMinute / per),
            '±': shown(errorPerMinute / per),
            verdict: tooMuch ? 'GROWS' : 'flat',
          },
        ];
      }),
    ),
  );
  console.table(Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  console.log(`Left after close: ${leftAfterClose.join(', ') || 'nothing'}`);
  mkdirSync('out', { recursive: true });
  const file = `out/soak-${dialect}.json`;
  const happened = Object.fromEntries(counts);
  const content = { dialect, durationMs, verdict, happened, leftAfterClose, samples };
  writeFileSync(file, JSON.stringify(content, null, 2));
  console.log(`Written to ${file}`);
}
