import { describe, expect, it } from '@jest/globals';
import { judgeDeadlocks } from './deadlocks.js';
import { History } from './history-builder.js';

const INSERT = 'INSERT INTO `marathon_lock`\n  (lock_key, name)';
const TABLE = 'RECORD LOCKS space id 10 page no 3 index PRIMARY of table `battery`.`marathon_lock`';
const GAP = `${TABLE} trx id 1 lock_mode X locks gap before rec insert intention waiting`;
const END = `${TABLE} trx id 1 lock_mode X insert intention waiting`; // of the whole table
const ROW = `${TABLE} trx id 1 lock_mode X locks rec but not gap waiting`;

describe('the oracle of deadlocks', () => {
  it.each<[string, string]>([
    ['in the middle of the table', log(inserts('race:1', GAP), inserts('race:1', GAP))],
    ['at its end', log(inserts('race:1', END), inserts('race:1', END))],
  ])('excuses those for a new name whose insert was rolled back, %s', (_, text) => {
    const { figures, violations } = judgeDeadlocks(met(2500, text));
    expect({ figures, violations }).toEqual({
      figures: { deadlocks: 1, rolledBack: 1 },
      violations: [],
    });
  });

  it.each<[string, number, string]>([
    ['without a fault', 1500, log(inserts('race:1', GAP), inserts('race:1', GAP))],
    ['long after the fault', 4001, log(inserts('race:1', GAP), inserts('race:1', GAP))],
    ['between two names', 2500, log(inserts('race:1', GAP), inserts('race:2', GAP))],
    ['for a row that is there', 2500, log(inserts('race:1', ROW), inserts('race:1', GAP))],
    ['with another statement', 2500, log(inserts('race:1', GAP), waits('UPDATE x', GAP))],
    ['of PostgreSQL', 2500, 'ERROR:  deadlock detected\nDETAIL:  Process 1: INSERT INTO x'],
    ['of which nothing is known', 2500, ''],
  ])('catches one %s', (_, at, text) => {
    const { figures, violations } = judgeDeadlocks(met(at, text));
    expect(violations).toEqual([expect.stringMatching(/^The server met a deadlock at 1970/)]);
    expect(figures).toEqual({ deadlocks: 1, rolledBack: 0 });
  });

  it('excuses them where a connection had just ended, too', () => {
    const text = log(inserts('race:1', GAP), inserts('race:1', GAP));
    const { cuts } = new History().cut('w1.1', 4500).evidence;
    expect(judgeDeadlocks({ ...met(4600, text), cuts }).violations).toEqual([]);
    expect(judgeDeadlocks({ ...met(5600, text), cuts }).violations).toHaveLength(1);
  });

  it('judges the calls of batches that met others of theirs', () => {
    const { evidence } = new History()
      .told('batch:1', 'one', 1000, 1100)
      .told('batch:1', 'other', 1050, 1150, 'held')
      .told('batch:1', 'one', 1160, 1200)
      .told('batch:2', 'other', 1050, 1150)
      .told('batch:2', 'other', 1060, 1160)
      .told('job:1', 'one', 1000, 1100)
      .told('job:1', 'other', 1000, 1100);
    expect(judgeDeadlocks(evidence).judged).toBe(1);
  });

  it('excuses none by a fault of an instance', () => {
    const text = log(inserts('race:1', GAP), inserts('race:1', GAP));
    const { injected } = new History().fault('SIGKILL', 2000, 3000, { instance: 'w1' }).evidence;
    expect(judgeDeadlocks({ ...met(2500, text), injected }).violations).toHaveLength(1);
  });
});

/** A full disk from 2000 to 3000. */
function met(at: number, text: string) {
  const { evidence } = new History().fault('disk full', 2000, 3000);
  return { ...evidence, deadlocks: [{ at, text }] };
}

function inserts(name: string, lock: string): string {
  return waits(`${INSERT}\nVALUES ('${name}', CONVERT(UNHEX('6e') USING utf8mb4))`, lock);
}

function waits(statement: string, lock: string): string {
  return `LOCK WAIT 4 lock structs\n${statement}
[Note] InnoDB: *** WAITING FOR THIS LOCK TO BE GRANTED:\n\n${lock}
[Note] InnoDB: *** CONFLICTING WITH:\n\n${TABLE} trx id 2 lock_mode X locks gap before rec`;
}

/** As MariaDB prints it. */
function log(...transactions: string[]): string {
  const told = transactions.map((text, index) => `*** (${index + 1}) TRANSACTION:\n\n${text}`);
  return `[Note] InnoDB: Transactions deadlock detected\n${told.join('\n')}`;
}
