import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { tableOf, writePage } from './report/page.mjs';
import { sections } from './sections.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } });
if (values.list) {
  for (const { id, what } of sections) console.log(id.padEnd(22), what);
  process.exit();
}
const chosen = values.only?.split(',') ?? sections.map(({ id }) => id);
const unknown = chosen.filter((id) => !sections.some((section) => section.id === id));
if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}: see --list.`);

const rows = [];
const plots = [];
const servers = new Set();
for (const section of sections.filter(({ id }) => chosen.includes(id))) {
  const { id, what, aim, plot } = section;
  const startedAt = performance.now();
  const {
    figures: { plotted, ...figures },
    server,
  } = await measured(id);
  if (plot) plots.push(() => plot(plotted));
  if (server) servers.add(server);
  rows.push({ what, aim, ...figures });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`\n${id}: ${what} (${seconds} s)`);
  for (const [name, told] of Object.entries({ aim, ...figures })) {
    console.log(`  ${name.padEnd(7)} ${told.replaceAll('<br>', '; ')}`);
  }
}
console.log(`\n${tableOf(rows)}`);
if (!values.only) {
  await writePage(rows, [...servers]);
  for (const plot of plots) await plot();
}

/** In a process and a database of its own: what one leaves behind is nothing to the next. */
async function measured(id) {
  const child = fork(new URL('workers/section.mjs', import.meta.url), [id]);
  const ended = once(child, 'exit');
  const [result] = await Promise.race([once(child, 'message'), ended.then(() => [])]);
  const [code] = await ended;
  if (!result || code !== 0) throw new Error(`${id} was not measured, for the reason above.`);
  return result;
}
