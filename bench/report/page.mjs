import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { format } from 'prettier';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const BEGIN = '<!-- npm run bench writes from here -->';
const END = '<!-- to here -->';

/** Puts the figures of a whole run into the page, in place of those that are there. */
export async function writePage(rows, servers) {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest.split(END);
  const text = [before + BEGIN, tableOf(rows), measuredOn(servers), END + after].join('\n\n');
  await writeFile(PAGE, await format(text, { parser: 'markdown', printWidth: 100 }));
}

export function tableOf(rows) {
  const head = ['', 'nestjs-marathon', 'aim', 'beside it, in the same run'];
  const lines = rows.map(({ what, ours, aim, beside }) => [`**${what}**`, ours, aim, beside]);
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function measuredOn(servers) {
  const [{ model }] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)}: Node.js ${process.versions.node}, ` +
    `${cpus().length} × ${model.trim()}, ${memory} GiB, all on one machine by loopback. ${servers.join('. ')}.`
  );
}
