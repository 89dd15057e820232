/** The modules of an instance, whose order in `imports` must not matter. */
export type Part = 'marathon' | 'schedule' | 'typeorm';

/** What a scenario tells an instance at its start. */
export interface Settings {
  /** The database, perhaps by way of a proxy. */
  readonly url: string;
  /** The label of the instance, in the lock's table and in the journal. */
  readonly instance: string;
  /** Of the application's own pool; TypeORM's default if left out. */
  readonly poolSize?: number;
  readonly order?: readonly [Part, Part, Part];
  /** The ttl of calls that name none. */
  readonly ttlMs?: number;
  readonly shutdownTimeoutMs?: number;
}

/** The settings of this process, in an instance. */
export function ownSettings(): Settings {
  return JSON.parse(process.argv[2]!) as Settings;
}
