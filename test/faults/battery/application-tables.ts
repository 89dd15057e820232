import type { CounterState } from './evidence.js';
import type { Ground, GroundDialect } from './grounds/ground.js';

export const JOB_NAMES = numbered('job', 6);
export const BATCH_NAMES = numbered('batch', 12);
const COUNTED = [...JOB_NAMES, 'cron:a', 'cron:b'];
const KINDS = ['fenced', 'unfenced'] as const;

const SERIAL: Readonly<Record<GroundDialect, string>> = {
  postgres: 'bigserial PRIMARY KEY',
  mariadb: 'bigint AUTO_INCREMENT PRIMARY KEY',
  sqlite: 'INTEGER PRIMARY KEY AUTOINCREMENT',
};

/** What the jobs of the battery work on: counters, and a row for each write of one. */
export function tables(dialect: GroundDialect): string[] {
  return [
    `CREATE TABLE counter (name varchar(64) NOT NULL, kind varchar(16) NOT NULL,
      value bigint NOT NULL, PRIMARY KEY (name, kind))`,
    ...KINDS.flatMap((kind) => [
      ...COUNTED.map((name) => `INSERT INTO counter VALUES ('${name}', '${kind}', 0)`),
      tableOfWrites(kind, dialect),
    ]),
  ];
}

/** A row for each write. */
export function tableOfWrites(kind: (typeof KINDS)[number], dialect: GroundDialect): string {
  return `CREATE TABLE ${kind}_write (id ${SERIAL[dialect]}, name varchar(64) NOT NULL,
    fence bigint NOT NULL)`;
}

export async function counters({ query }: Ground): Promise<CounterState[]> {
  const states = KINDS.map((kind) =>
    query<CounterState>(
      `SELECT name, kind, value, (SELECT COUNT(*) FROM ${kind}_write w WHERE w.name = c.name) AS writes
       FROM counter c WHERE kind = '${kind}'`,
    ),
  );
  return (await Promise.all(states)).flat();
}

function numbered(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${stem}:${index + 1}`);
}
