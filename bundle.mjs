// After `nest build`: makes a file of each entry point, and of what they share. Node.js takes several
// times as long to import a hundred small modules: see docs/performance.md.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rollup } from 'rollup';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entryPoints = Object.values(exports).flatMap((entry) => entry.default ?? []);

const bundle = await rollup({
  // Each by its path in dist, without its end.
  input: Object.fromEntries(entryPoints.map((path) => [/dist\/(.*)\.js$/.exec(path)[1], path])),
  external: (id) => !/^[./]/.test(id),
  context: 'this', // what TypeScript puts in for decorators looks there for a helper
  plugins: [
    { name: 'source-maps', load: (id) => ({ code: textOf(id), map: textOf(`${id}.map`) }) },
  ],
});
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
}
await bundle.write({ dir: 'dist', sourcemap: true, chunkFileNames: 'shared/[name].js' });

// Of two that have one name in different modules, one gets another name: errors are told by theirs.
for (const entry of entryPoints) {
  for (const [name, value] of Object.entries(await import(pathToFileURL(entry).href))) {
    if (typeof value !== 'function' || value.name === name) continue;
    throw new Error(`The ${name} of ${entry} calls itself ${value.name || 'nothing'}.`);
  }
}

function textOf(file) {
  return readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
}
