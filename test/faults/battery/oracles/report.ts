import type { Verdict } from './verdict.js';

/** A table, and below it what could not be judged. @param battery such as `postgres` */
export function report(battery: string, verdict: Verdict): string {
  const { aimed, faults, faultsByKind, findings, hit, isClean, neverDone, nothingToJudge } =
    verdict;
  const rows = [
    ['', battery],
    ['verdict', isClean ? 'clean' : 'NOT CLEAN'],
    ['faults', String(faults)],
    ['  aimed at holders / hit', `${aimed} / ${hit}`],
    ['tried / done', ''],
  ];
  for (const [kind, { done, tried }] of Object.entries(faultsByKind)) {
    rows.push([`  ${kind}`, `${tried} / ${done}`]);
  }
  for (const [name, { figures, judged, violations }] of Object.entries(findings)) {
    rows.push([name, `${violations.length} in ${judged}${bound(violations.length, judged)}`]);
    for (const [figure, value] of Object.entries(figures)) {
      rows.push([`  ${name}: ${inWords(figure)}`, String(Math.round(value))]);
    }
  }
  const complaints = [
    ...nothingToJudge.map((name) => `nothing to judge for ${name}`),
    ...neverDone.map((kind) => `never done: ${kind}`),
  ];
  return [table(rows), ...(complaints.length > 0 ? [complaints.join('\n')] : [])].join('\n\n');
}

/** None in n cases bounds the rate at about 3/n, with 95 % confidence (the rule of three). */
function bound(violations: number, judged: number): string {
  if (violations > 0 || judged <= 3) return '';
  const percent = 300 / judged;
  // Rounded up, or it would be no bound.
  const unit = 10 ** Math.floor(Math.log10(percent));
  return `, < ${Number((Math.ceil(percent / unit) * unit).toPrecision(1))} %`;
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
