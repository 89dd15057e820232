/*
 * Starts the database servers for one test run and stops them when the run is over, however it
 * ends. It is a process of its own because the run can be killed: then this one sees its channel
 * close, and still stops the servers and removes their folders.
 */
import { obtainMariadb } from './mariadb.mjs';
import { obtainPostgres } from './postgres.mjs';
import { Scope } from './scope.mjs';

const scopes = [];
const obtained = Promise.all([
  obtain('postgres', obtainPostgres),
  obtain('mariadb', obtainMariadb),
]);

async function obtain(name, start) {
  const scope = new Scope();
  try {
    const url = await start(scope);
    scopes.push(scope);
    return { name, url };
  } catch (error) {
    await scope.close();
    return { name, reason: error.message };
  }
}

async function stop() {
  await obtained; // a server that is half started is stopped once it stands; starting is bounded
  await Promise.allSettled(scopes.map((scope) => scope.close()));
  process.exit();
}

process.once('disconnect', stop);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

const servers = await obtained;
if (process.connected) process.send(servers);
