import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { describeDatabases } from '../../../support/databases.js';
import { connectApplication, type Application } from './application.js';
import type { Ground, GroundDialect } from './ground.js';
import { startKeeper } from './keeper/handle.js';
import { openGround } from './open.js';
import { testTables } from './tables.js';

const GRANT = `INSERT INTO marathon_lock
  (lock_key, name, owner, instance, fence, acquired_at, locked_until, last_tick)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

const DIALECTS: readonly GroundDialect[] = ['postgres', 'mariadb', 'sqlite'];

/** A ground, made new for each test, on which one name has been granted. */
export interface Stage {
  readonly dialect: GroundDialect;
  readonly ground: Ground;
  /** A connection of the application's user. */
  readonly application: Application;
  grant(name: string, fence: number): Promise<unknown>;
}

/** By what a keeper finds: not even every root can mount a disk of limited size. */
export async function canFillDisk(): Promise<boolean> {
  const keeper = await startKeeper('sqlite');
  await keeper.close();
  return keeper.unlimited === undefined;
}

/** describe() once for each database that a ground can have. */
export function describeGrounds(title: string, suite: (stage: Stage) => void): void {
  describeDatabases(
    title,
    (dialect) => {
      let ground: Ground;
      let application: Application;
      const stage: Stage = {
        dialect: dialect as GroundDialect,
        get ground() {
          return ground;
        },
        get application() {
          return application;
        },
        grant: (name, fence) =>
          application.query(GRANT, [name, name, `owner-${fence}`, 'a#1', fence, 1000, 2000, null]),
      };
      beforeAll(async () => {
        ground = await openGround(stage.dialect);
      });
      afterAll(() => ground?.close());
      beforeEach(async () => {
        await ground.prepare(testTables(stage.dialect));
        application = await connectApplication(ground.url);
        await stage.grant('held', 1);
      });
      afterEach(() => application?.close());
      suite(stage);
    },
    DIALECTS,
  );
}

/** The holder's row is written, as by a renewal. */
export function renew({ query }: Application): Promise<unknown> {
  return query(`UPDATE marathon_lock SET locked_until = locked_until + 1 WHERE lock_key = 'held'`);
}

export function outcome(work: Promise<unknown>): Promise<'done' | 'failed'> {
  return work.then(
    () => 'done',
    () => 'failed',
  );
}

/** By a connection of its own. */
export async function anew<T>(url: string, work: (by: Application) => Promise<T>): Promise<T> {
  const by = await connectApplication(url);
  try {
    return await work(by);
  } finally {
    await by.close();
  }
}
