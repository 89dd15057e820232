import { SYNC } from './inventory/jobs.js';
import { paint, say } from './output.js';

/** What is going to be seen. */
export function printHeader(database: string, seconds: number | undefined): void {
  say(paint('A shop in three instances, over one database.', 'bold'));
  say(
    `Each has the same crons, every ${SYNC.periodMs / 1000} s and every 5 s; one instance runs each tick.`,
  );
  say(`Soon the one that runs ${SYNC.name} is killed, and another takes over.`);
  say(`  database   ${database}`);
  say(`  until      ${seconds === undefined ? 'Ctrl-C' : `${seconds} s have passed, or Ctrl-C`}`);
  say();
}
