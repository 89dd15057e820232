import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

let keeper;

/** Starts the servers. Resolves to a list of `{ name, url }` or `{ name, reason }`. */
export async function startServers() {
  keeper = fork(fileURLToPath(new URL('./keeper.mjs', import.meta.url)), {
    // A Ctrl-C in the terminal must end the tests before it ends the servers under them.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(keeper, 'exit').then(([code]) => {
    throw new Error(`the test servers' keeper ended with code ${code}`);
  });
  const [servers] = await Promise.race([once(keeper, 'message'), gone]);
  gone.catch(() => {}); // from here on its end is the normal case
  // If the teardown is never reached, it must not be the keeper that holds the test process back.
  keeper.unref();
  keeper.channel.unref();
  return servers;
}

export async function stopServers() {
  if (!keeper || keeper.exitCode !== null || keeper.signalCode !== null) return;
  const gone = once(keeper, 'exit');
  keeper.ref();
  keeper.disconnect();
  await gone;
}
