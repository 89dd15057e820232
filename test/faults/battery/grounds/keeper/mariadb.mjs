import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressed, createUser, install } from '../../../../support/servers/mariadb.mjs';
import { lastingPort } from './port.mjs';
import { Restartable } from './restartable.mjs';

export async function prepareMariadb(disk, folder, scope) {
  const { mariadbd, own } = await install(folder, join(disk.folder, 'data'));
  const port = await lastingPort();
  const atStart = join(folder, 'at-start.sql');
  await writeFile(atStart, '');
  const flags = [
    `--init-file=${atStart}`,
    '--max-connections=500',
    '--default-time-zone=+00:00',
    '--innodb-fast-shutdown=1',
    '--innodb-print-all-deadlocks=ON',
    // A statement that may be logged keeps the values it was executed with: so a deadlock tells them.
    '--slow-query-log=ON',
    '--log-output=NONE',
    // Else the history's own numbers are a lock that instances can wait for in a circle.
    '--innodb-autoinc-lock-mode=2',
  ];
  const server = new Restartable({
    start: [
      mariadbd,
      [...own, ...addressed(folder, port), ...flags],
      { cwd: folder, readyText: 'ready for connections' },
    ],
    signals: { fast: 'SIGTERM', immediate: 'SIGKILL' },
    deadlock: { first: 'deadlock detected', last: '*** WE ROLL BACK TRANSACTION' },
    scope,
  });
  await server.start();
  server.atStart = (text) => writeFile(atStart, `${text};\n`);
  server.place = await createUser(folder, port);
  return server;
}
