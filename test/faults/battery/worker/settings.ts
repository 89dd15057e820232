/** The modules of an instance, whose order in `imports` must not matter. */
export type Part = 'marathon' | 'schedule' | 'typeorm';

/** What the battery tells an instance at its start. */
export interface Settings {
  readonly url: string;
  /** Unlike that of any other process of the battery. */
  readonly instance: string;
  /** The file to which it appends what it did. */
  readonly journal: string;
  readonly ttlMs: number;
  readonly seed: number;
  readonly poolSize: number;
  readonly order: readonly [Part, Part, Part];
  /** Names that calls run under, and names that are taken in batches. */
  readonly names: readonly string[];
  readonly batchNames: readonly string[];
  /** On MariaDB, whether it takes the server for MySQL: both forms of the dialect share one table. */
  readonly speaksMysql: boolean;
  /** Of both its clocks; neither can date the journal by itself unless it is 1. */
  readonly speed: number;
}

/** The settings of this process. */
export function ownSettings(): Settings {
  return JSON.parse(process.argv[2]!) as Settings;
}
