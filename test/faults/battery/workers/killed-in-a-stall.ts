import { setTimeout as pause } from 'node:timers/promises';
import { note, startHeartbeat } from '../worker/journal.js';

// Its event loop stands still when it is killed, so that no timer of it runs any more.
startHeartbeat();
await pause(100);
const nothing = new Int32Array(new SharedArrayBuffer(4));
Atomics.wait(nothing, 0, 0, 300);
note('aborted');
process.kill(process.pid, 'SIGKILL');
Atomics.wait(nothing, 0, 0);
