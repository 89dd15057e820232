// Opens a ground, says where it is, and leaves it open, with a process that has been stopped.
import { spawn } from 'node:child_process';
import type { GroundDialect } from '../ground.js';
import { openGround } from '../open.js';
import { testTables } from '../tables.js';

const dialect = process.argv[2] as GroundDialect;
const ground = await openGround(dialect);
await ground.prepare(testTables(dialect));
const stopped = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
ground.guard(stopped.pid!);
stopped.kill('SIGSTOP');
process.send?.({ type: 'opened', url: ground.url, stopped: stopped.pid });
