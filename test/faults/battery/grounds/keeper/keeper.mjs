/*
 * Holds what a ground stands on: a folder, a disk of limited size in it, and the server whose files
 * lie there. It is a process of its own because a battery can be killed: then this one sees its
 * channel close, and still stops the server, unmounts the disk and removes the folder.
 */
import { mountDisk } from './disk.mjs';
import { newFolder } from './folder.mjs';
import { prepareMariadb } from './mariadb.mjs';
import { preparePostgres } from './postgres.mjs';
import { Scope } from '../../../../support/servers/scope.mjs';

const PREPARE = {
  postgres: preparePostgres,
  mariadb: prepareMariadb,
  sqlite: async ({ folder }) => ({ place: folder }),
};

const dialect = process.argv[2];
const scope = new Scope();
/** Processes that could not notice that the battery is gone. */
const guarded = new Set();
let disk;
let server;

async function open() {
  const folder = await newFolder(scope);
  disk = await mountDisk(folder, scope);
  server = await PREPARE[dialect](disk, folder, scope);
  await server.start?.();
  return { place: server.place, unlimited: disk.unlimited };
}

const verbs = {
  /** If it went by itself, as it may on a full disk. */
  start: () => server.start?.(),
  restart: async (how) => {
    await server.stop(how);
    await server.start();
  },
  fill: () => disk.fill(),
  free: () => disk.free(),
  deadlocks: () => server.deadlocks,
  /** What the server carries out each time before it lets anybody in. */
  atStart: (text) => server.atStart(text),
  guard: (pid) => void guarded.add(pid),
  unguard: (pid) => void guarded.delete(pid),
};

/** One thing after the other. */
let last = open().then(
  (opened) => tell({ opened }),
  (error) => tell({ error: error.message }),
);

process.on('message', ({ id, verb, parameter }) => {
  last = last
    .then(() => verbs[verb](parameter))
    .then(
      (answer) => tell({ id, answer }),
      (error) => tell({ id, error: error.message }),
    );
});

function tell(message) {
  if (process.connected) process.send(message);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function stop() {
  await last; // what is half done is undone once it stands; all of it is bounded
  for (const pid of guarded) kill(pid);
  await scope.close().catch((error) => console.error(`A ground leaves something behind: ${error}`));
  process.exit();
}

process.once('disconnect', stop);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
