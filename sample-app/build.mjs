import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Before `npm start`: builds the package and the sample, unless both are newer than what they are
// made of. The sample imports the package by its name, which is what stands in dist.
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const sources = ['lib', 'sample-app'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('dist'))
    .map((file) => `${folder}/${file}`),
);
const settings = ['package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.build.json'];

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const newest = Math.max(...[...sources, ...settings].map(changedAt));
const builds = { 'dist/index.js': [], 'sample-app/dist/main.js': ['sample-app'] };
if (Math.min(...Object.keys(builds).map(changedAt)) < newest) {
  console.log('Building …');
  const nest = 'node_modules/@nestjs/cli/bin/nest.js';
  for (const project of Object.values(builds)) {
    execFileSync(process.execPath, [nest, 'build', ...project], { stdio: 'inherit' });
  }
}
