import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotRun } from './report.mjs';

const REMEDY = 'Install it (Debian, Ubuntu: apt-get install pgbouncer).';

/**
 * Starts a PostgreSQL and a PgBouncer of our own in front of it.
 *
 * @param servers imports a file of test/support/servers, as the cell has it
 * @param {number} maxPreparedStatements of how many of a client's prepared statements it keeps track
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} the PgBouncer's URL
 */
export async function startPgBouncer(servers, maxPreparedStatements) {
  const { Scope } = await servers('scope.mjs');
  const { findProgram, onFreePort, run, serve } = await servers('program.mjs');
  const { obtainPostgres } = await servers('postgres.mjs');

  const program = findProgram('pgbouncer');
  if (!program) throw new NotRun(`no pgbouncer on this machine. ${REMEDY}`);
  const preparing = preparingBy(await run(program, ['--version']), maxPreparedStatements);
  const scope = new Scope();
  try {
    const behind = await obtainPostgres(scope).catch((error) => {
      throw new NotRun(`PostgreSQL cannot be had: ${error.message}`);
    });
    const folder = await mkdtemp(join(tmpdir(), 'marathon-pgbouncer-'));
    scope.defer(() => rm(folder, { recursive: true, force: true }));
    // Like PostgreSQL it refuses to run as root.
    const user = await unprivilegedUser(run);
    const url = await onFreePort(async (port) => {
      const settings = await writeSettings(folder, new URL(behind), port, preparing);
      if (user.uid !== undefined) {
        for (const path of [folder, ...settings]) await chown(path, user.uid, user.gid);
      }
      await serve(program, [settings[0]], {
        ...user,
        cwd: folder,
        readyText: 'process up',
        stopSignal: 'SIGINT',
        scope,
      });
      return Object.assign(new URL(behind), { hostname: '127.0.0.1', port }).href;
    });
    return { url, stop: () => scope.close() };
  } catch (error) {
    await scope.close();
    throw error;
  }
}

/** The setting for it, which is not known to versions before 1.21: they keep track of none. */
function preparingBy(said, maxPreparedStatements) {
  const [, version, major, minor] = /PgBouncer ((\d+)\.(\d+)\S*)/.exec(said) ?? [];
  const isKnown = Number(major) > 1 || Number(minor) >= 21;
  if (isKnown) return `max_prepared_statements = ${maxPreparedStatements}`;
  if (maxPreparedStatements === 0) return '';
  throw new NotRun(`PgBouncer ${version} keeps no track of prepared statements. Install 1.21.`);
}

/** Every database and every user of the server behind it, as the suites make them on the way. */
async function writeSettings(folder, { hostname, port: behind, username, password }, port, more) {
  const ini = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${username}" "${decodeURIComponent(password)}"\n`, { mode: 0o600 });
  await writeFile(
    ini,
    `[databases]
* = host=${hostname} port=${behind || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_user = ${username}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_lifetime = 600
${more}
`,
    { mode: 0o600 },
  );
  return [ini, users];
}

async function unprivilegedUser(run) {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag) => Number(await run('id', [flag, 'nobody']));
  return { uid: await id('-u'), gid: await id('-g') };
}
