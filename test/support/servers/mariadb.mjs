import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { findProgram, onFreePort, run, serve } from './program.mjs';

const REMEDY =
  'Install it (Debian, Ubuntu: apt-get install mariadb-server), or set MARATHON_TEST_MARIADB_URL.';

/** Resolves to the URL of a MariaDB server on which tests may create databases. */
export async function obtainMariadb(scope) {
  const given = process.env.MARATHON_TEST_MARIADB_URL;
  if (given) return checked(given, 'Start that server, or unset MARATHON_TEST_MARIADB_URL.');
  const folder = await mkdtemp(join(tmpdir(), 'marathon-mariadb-'));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const { mariadbd, own } = await install(folder);
  return onFreePort(async (port) => {
    const flags = [
      '--max-connections=500',
      '--innodb-fast-shutdown=2', // the data is thrown away, so there is nothing to tidy up
    ];
    await serve(mariadbd, [...own, ...addressed(folder, port), ...flags], {
      cwd: folder,
      readyText: 'ready for connections',
      stopSignal: 'SIGTERM',
      scope,
    });
    return checked(await createUser(folder, port), REMEDY);
  });
}

/**
 * Makes the files of a server, and finds its program.
 * @param folder also keeps its socket
 */
export async function install(folder, data = join(folder, 'data')) {
  const mariadbd = findProgram('mariadbd');
  const installer = findProgram('mariadb-install-db');
  if (!mariadbd || !installer) throw new Error(`no mariadbd on this machine\n${REMEDY}`);
  const own = [
    '--no-defaults', // must be first; nothing of the machine's own server may slip in
    `--datadir=${data}`,
    '--innodb-log-file-size=16M',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  const access = ['--auth-root-authentication-method=normal', '--skip-name-resolve'];
  await run(installer, [...own, ...access, '--skip-test-db'], { cwd: folder });
  return { mariadbd, own };
}

/** Where a server is, and what holds on every one of ours. */
export function addressed(folder, port) {
  return [
    `--socket=${socketIn(folder)}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-networking=0',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    // Commits reach the operating system, not the disk: they survive any crash but the machine's.
    '--innodb-flush-log-at-trx-commit=2',
  ];
}

function socketIn(folder) {
  return join(folder, 'socket');
}

/** By the socket in our own folder, behind which can be no other server than the one we started. */
export async function createUser(folder, port) {
  const password = randomBytes(12).toString('hex');
  const root = await mysql.createConnection({ socketPath: socketIn(folder), user: 'root' });
  await root.query(`CREATE USER marathon@'127.0.0.1' IDENTIFIED BY '${password}'`);
  await root.query(`GRANT ALL ON *.* TO marathon@'127.0.0.1' WITH GRANT OPTION`);
  await root.query(`DROP USER IF EXISTS root@'127.0.0.1'`);
  await root.end();
  return `mariadb://marathon:${password}@127.0.0.1:${port}/mysql`;
}

async function checked(url, remedy) {
  const { host } = new URL(url);
  let version;
  try {
    // mysql2 reads the scheme only to tell whether there is one.
    const connection = await mysql.createConnection(url.replace(/^\w+:/, 'mysql:'));
    [[{ version }]] = await connection.query('SELECT VERSION() AS version');
    await connection.end();
  } catch (error) {
    throw new Error(`no MariaDB at ${host}: ${error.message || error.code}\n${remedy}`);
  }
  if (/mariadb/i.test(version)) return url.replace(/^\w+:/, 'mariadb:');
  throw new Error(`${host} is MySQL ${version}, which is no MariaDB\n${remedy}`);
}
