import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';

/** PostgreSQL and MariaDB drivers give a bigint as a string. */
const epochMs: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (value === null ? null : Number(value)),
};

/** One run of a job, written by its body: what the verdict rests on. */
@Entity('shop_run')
export class Run {
  @PrimaryColumn('varchar', { length: 36 })
  id!: string;

  /** The start of the sample that it belongs to. */
  @Column('varchar', { length: 36 })
  session!: string;

  @Column('varchar', { length: 64 })
  job!: string;

  /** The time of the cron that it stands for, by the instance's clock. */
  @Column('bigint', { nullable: true, transformer: epochMs })
  tick!: number | null;

  @Column('varchar', { length: 64 })
  instance!: string;

  /** By the database's clock, as all instances share it. */
  @Column('bigint', { transformer: epochMs })
  startedAt!: number;

  /** By the database's clock. A run whose process was killed has none. */
  @Column('bigint', { nullable: true, transformer: epochMs })
  endedAt!: number | null;
}
