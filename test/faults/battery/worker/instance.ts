import { Calls } from './calls.js';
import { createApplication } from './application.js';
import { Counters } from './counters.js';
import { Crons } from './crons.js';
import { note, startHeartbeat } from './journal.js';
import { REFUSED } from './refused.js';
import { ownSettings } from './settings.js';
import { Troublemaker } from './trouble.js';
import { Witness } from './witness.js';
import { Work } from './work.js';

// The other end of its standard input is held by the battery: no instance outlives it.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
process.stdin.unref();

const providers = [Counters, Work, Calls, Crons, Troublemaker, Witness];
const app = await createApplication(ownSettings(), providers).catch((error: unknown) => {
  console.error(error);
  process.exit(REFUSED);
});
app.enableShutdownHooks([], { useProcessExit: true });
startHeartbeat();
note('up');
process.send?.('up');
