/*
 * npm run test:matrix                      every cell
 * npm run test:matrix -- --list            their names
 * npm run test:matrix -- --only node       those whose name begins so; may be repeated
 *
 * Installs each cell below .cache once, and runs one after the other. Ends with a table, and leaves
 * the same in .cache/results.json. Fails if a cell failed; with CI=true also if one was not run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cells } from './cells.mjs';
import { isGood, outcomeOf, table } from './report.mjs';
import { CACHE } from './workspace.mjs';

const { values: asked } = parseArgs({
  options: { list: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
// Each cell brings its own servers: another one must not take their place.
delete process.env.MARATHON_TEST_POSTGRES_URL;
delete process.env.MARATHON_TEST_REQUIRE;

const chosen = cells.filter(
  ({ name }) => !asked.only || asked.only.some((o) => name.startsWith(o)),
);
if (chosen.length === 0) {
  throw new Error(`No cell is named like ${asked.only?.join(', ')}. See --list.`);
}

if (asked.list) {
  for (const { name } of chosen) console.log(name);
} else {
  await mkdir(CACHE, { recursive: true });
  const results = [];
  for (const cell of chosen) {
    console.log(`\n=== ${cell.name}`);
    results.push(await outcomeOf(cell));
    // After each, so that a run that is broken off leaves what it has found.
    await writeFile(new URL('results.json', CACHE), JSON.stringify(results, null, 2));
  }
  console.log(`\n${table(results)}`);
  if (!results.every(isGood)) process.exitCode = 1;
}
