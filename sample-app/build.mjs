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
const settings = [
  'package.json',
  'package-lock.json',
  'nest-cli.json',
  'tsconfig.build.json',
  'bundle.mjs',
];

function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const newest = Math.max(...[...sources, ...settings].map(changedAt));
const nest = 'node_modules/@nestjs/cli/bin/nest.js';
const builds = {
  'dist/index.js': [[nest, 'build'], ['bundle.mjs']],
  'sample-app/dist/main.js': [[nest, 'build', 'sample-app']],
};
if (Math.min(...Object.keys(builds).map(changedAt)) < newest) {
  console.log('Building …');
  for (const commands of Object.values(builds)) {
    for (const command of commands) execFileSync(process.execPath, command, { stdio: 'inherit' });
  }
}
