import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { format } from 'prettier';

const ROOT = new URL('../../', import.meta.url);
const PAGE = new URL('docs/performance.md', ROOT);
const BEGIN = '<!-- npm run bench writes from here -->';
const END = '<!-- to here -->';
const MARKS = new Map([
  [true, '<br>✓ met'],
  [false, '<br>✗ missed'],
]);
/** What can be installed, and so chosen, by where it keeps its locks. */
const PACKAGES = [
  ['nestjs-marathon', 'postgres', 'PostgreSQL'],
  ['@medusajs/locking-postgres', 'postgres', 'PostgreSQL'],
  ['advisory-lock', 'postgres', 'PostgreSQL'],
  ['nestjs-marathon', 'mariadb', 'MariaDB'],
  ['nestjs-marathon', 'sqlite', 'SQLite'],
  ['redlock-universal', 'redis', 'Redis'],
  ['@sesamecare-oss/redlock', 'redis', 'Redis'],
  ['murlock', 'redis', 'Redis'],
];

/** Puts the figures of a whole run into the page, in place of those that are there. */
export async function writePage(rows, servers) {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest.split(END);
  const written = [
    BEGIN,
    glanceOf(rows),
    measuredOn(servers),
    '## All figures',
    // As wide as the widest cell of each column, no line could be read in the source.
    `<!-- prettier-ignore -->\n${tableOf(rows)}`,
    END,
  ];
  await writeFile(
    PAGE,
    await format(before + written.join('\n\n') + after, { parser: 'markdown', printWidth: 100 }),
  );
}

export function tableOf(rows) {
  return markdown(
    ['', 'nestjs-marathon', 'aim', 'beside it, in the same run'],
    rows.map(({ what, ours, aim, met, beside }) => [
      `**${what}**`,
      ours,
      aim && aim + (MARKS.get(met) ?? ''),
      beside,
    ]),
  );
}

/** The packages alone, for who has to choose one. */
function glanceOf(rows) {
  const columns = [...new Set(rows.map(({ column }) => column).filter(Boolean))];
  return markdown(
    ['', 'locks in', ...columns],
    PACKAGES.map(([title, on, server]) => [
      title,
      server,
      ...columns.map(
        (column) =>
          rows.find((row) => row.column === column && [row.on, row.also].includes(on))?.glance?.[
            title
          ],
      ),
    ]),
  );
}

function markdown(head, lines) {
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell ?? '–').join(' | ')} |`)
    .join('\n');
}

function measuredOn(servers) {
  const [{ model }] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)} at ${commit()}: Node.js ${process.versions.node}, ` +
    `${cpus().length} × ${model.trim()}, ${memory} GiB, all on one machine by loopback. ${servers.join('. ')}.`
  );
}

/** The last one that changed what is measured. */
function commit() {
  const git = (...asked) =>
    execFileSync('git', [...asked, '--', 'lib', 'bench'], { cwd: ROOT })
      .toString()
      .trim();
  const isDirty = git('status', '--porcelain') !== '';
  return `commit ${git('log', '-1', '--format=%h')}${isDirty ? ', changed since' : ''}`;
}
