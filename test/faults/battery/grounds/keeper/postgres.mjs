import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { initialise, unprivilegedUser } from '../../../../support/servers/postgres.mjs';
import { lastingPort } from './port.mjs';
import { Restartable } from './restartable.mjs';

export async function preparePostgres(disk, folder, scope) {
  const { uid, gid } = await unprivilegedUser();
  const cluster = join(disk.folder, 'data');
  await mkdir(cluster, { mode: 0o700 });
  if (uid !== undefined) await chown(cluster, uid, gid);
  // Small segments: a disk that is full is met soon.
  const more = ['--wal-segsize=1'];
  const { programs, user, data, password } = await initialise(folder, { data: cluster, more });
  const settings = {
    port: await lastingPort(),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 400,
    fsync: 'off', // what a crash of the server must not lose is in the system's memory by then
    synchronous_commit: 'on',
    track_commit_timestamp: 'on',
    scram_iterations: 1, // thousands of connections are made, and the password is a random one
    log_min_error_statement: 'panic',
    max_wal_size: '64MB',
    min_wal_size: '4MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return new Restartable({
    place: `postgres://marathon:${password}@127.0.0.1:${settings.port}/postgres`,
    start: [
      programs.postgres,
      ['-D', data, ...flags],
      { ...user, readyText: 'database system is ready to accept connections' },
    ],
    signals: { fast: 'SIGINT', immediate: 'SIGQUIT' },
    deadlock: { first: 'ERROR:  deadlock detected', last: 'HINT:  See server log' },
    scope,
  });
}
