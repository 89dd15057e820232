import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { tableOf, writePage } from './report/page.mjs';
import { sections } from './sections.mjs';

const USAGE = `npm run bench                      measures all, and writes docs/performance.md and its plots
node bench/main.mjs --only a,b     measures some of what was installed last, and writes nothing
node bench/main.mjs --list         tells what can be measured`;

const { list, only } = readOptions();
if (list) {
  for (const { id, what } of sections) console.log(id.padEnd(22), what);
  process.exit();
}
const asked = only?.split(',') ?? sections.map(({ id }) => id);
const unknown = asked.filter((id) => !sections.some((section) => section.id === id));
if (unknown.length > 0) refuse(`There is no ${unknown.join(', ')}: see --list.`);

const rows = [];
const plots = [];
const servers = new Set();
for (const section of sections.filter(({ id }) => asked.includes(id))) {
  const { id, what, aim, column, plot } = section;
  const startedAt = performance.now();
  const { figures, server } = await measured(section);
  if (plot) plots.push(() => plot(figures.plotted));
  if (server) servers.add(server);
  rows.push({ what, aim, column, on: section.on, also: section.also, ...figures });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n${id}: ${what} (${seconds} s)`);
  const { ours, met, beside } = figures;
  for (const [name, told] of Object.entries({ aim, met, ours, beside })) {
    if (told !== undefined)
      console.log(`  ${name.padEnd(7)} ${`${told}`.replaceAll('<br>', '; ')}`);
  }
}
console.log(`\n${tableOf(rows)}`);
if (!only) {
  await writePage(rows, [...servers]);
  for (const plot of plots) await plot();
}

/** In a process and a database of its own: what one leaves behind is nothing to the next. */
async function measured({ id }) {
  const worker = new URL('workers/section.mjs', import.meta.url);
  const child = fork(worker, [id]);
  const ended = once(child, 'exit');
  const [result] = await Promise.race([once(child, 'message'), ended.then(() => [])]);
  const [code] = await ended;
  if (result && code === 0) return result;
  console.error(`${id} was not measured, for the reason above.`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(why) {
  console.error(`${why}\n\n${USAGE}`);
  process.exit(2);
}
