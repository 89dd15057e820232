/**
 * @typedef {object} Outcome
 * @property {'passed' | 'failed' | 'not run'} status
 * @property {string} ran
 * @property {Record<string, string>} [without] what was left out, and why
 * @property {number} [passed]
 * @property {number} [failed]
 * @property {number} [skipped]
 * @property {string} [reason] why it was not run, or what failed
 */

/** Thrown where something that a cell needs is not to be had on this machine. */
export class NotRun extends Error {}

/** Runs a cell. Whatever is thrown on the way is its outcome. */
export async function outcomeOf(cell) {
  const startedAt = performance.now();
  let outcome;
  try {
    outcome = await cell.run(cell);
  } catch (error) {
    const status = error instanceof NotRun ? 'not run' : 'failed';
    outcome = { status, ran: 'nothing', reason: error.message };
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const { name, node = process.versions.node, dependencies } = cell;
  if (outcome.reason) console.error(outcome.reason);
  return { cell: name, ...outcome, seconds, versions: { node, ...dependencies } };
}

/** In CI a cell that was not run is a failure: what it would have shown is not known. */
export function isGood({ status }) {
  const { CI = '' } = process.env;
  const isCi = !['', '0', 'false'].includes(CI);
  return status === 'passed' || (status === 'not run' && !isCi);
}

const COLUMNS = ['cell', 'status', 'ran', 'passed', 'failed', 'skipped', 'seconds', 'reason'];

export function table(results) {
  const lines = [
    COLUMNS,
    ...results.map((result) => COLUMNS.map((column) => cellOf(result[column]))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  return lines
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellOf(value = '') {
  const [first = ''] = String(value).split('\n');
  return first.length > 100 ? `${first.slice(0, 99)}…` : first;
}
