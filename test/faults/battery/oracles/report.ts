import type { Verdict } from './verdict.js';

export interface Judged {
  /** Such as `postgres`. */
  readonly battery: string;
  readonly verdict: Verdict;
}

/** One table, a column for each battery; below it what could not be judged. */
export function report(judged: readonly Judged[]): string {
  const columns = judged.map(({ verdict }) => linesOf(verdict));
  const labels = [...new Set(columns.flatMap((lines) => [...lines.keys()]))];
  const rows = [
    ['', ...judged.map(({ battery }) => battery)],
    ...labels.map((label) => [label, ...columns.map((lines) => lines.get(label) ?? '-')]),
  ];
  return [table(rows), ...judged.flatMap(complaintsOf)].join('\n\n');
}

function linesOf(verdict: Verdict): Map<string, string> {
  const { aimed, faults, faultsByKind, findings, hit, isClean } = verdict;
  const lines = new Map<string, string>([
    ['verdict', isClean ? 'clean' : 'NOT CLEAN'],
    ['faults', String(faults)],
    ['  aimed at holders / hit', `${aimed} / ${hit}`],
    ['tried / done', ''],
  ]);
  for (const [kind, { done, tried }] of Object.entries(faultsByKind)) {
    lines.set(`  ${kind}`, `${tried} / ${done}`);
  }
  for (const [name, { figures, judged, violations }] of Object.entries(findings)) {
    lines.set(name, `${violations.length} in ${judged}`);
    for (const [figure, value] of Object.entries(figures)) {
      lines.set(`  ${name}: ${inWords(figure)}`, String(Math.round(value)));
    }
  }
  return lines;
}

function complaintsOf({ battery, verdict }: Judged): string[] {
  const { neverDone, nothingToJudge } = verdict;
  const complaints = [
    ...nothingToJudge.map((name) => `${battery}: nothing to judge for ${name}`),
    ...neverDone.map((kind) => `${battery}: tried, and never done: ${kind}`),
  ];
  return complaints.length > 0 ? [complaints.join('\n')] : [];
}

/** `slowestMs` → `slowest, ms` */
function inWords(figure: string): string {
  return figure.replace(/Ms$/, ', ms').replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  const padded = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}
