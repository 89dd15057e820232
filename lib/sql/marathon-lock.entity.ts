import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { TABLE_NAME } from './table-path.js';

/** Epoch milliseconds, because they know no time zone, no daylight saving and no year 2038. */
const instant: ValueTransformer = {
  from: (value: unknown) =>
    value === null || value === undefined ? null : new Date(Number(value)),
  to: (value: unknown) => (value instanceof Date ? value.getTime() : value),
};

const fence: ValueTransformer = { from: Number, to: (value: unknown) => value };

/**
 * The table: one row for each name that was ever taken. Rows are never deleted, so that the fence
 * goes on rising. All instants are the database's.
 *
 * For reading. What writes it is the lock alone, in single statements.
 */
@Entity(TABLE_NAME)
export class MarathonLock {
  /** The name, or a readable part and a hash of it where a database could misread the name. */
  @PrimaryColumn({ name: 'lock_key', type: 'varchar', length: 64 })
  lockKey!: string;

  @Column({ type: 'varchar', length: 255 })
  name!: string;

  /** The secret of the attempt that holds the name. Never selected unless asked for. */
  @Column({ type: 'varchar', length: 36, nullable: true, select: false })
  owner!: string | null;

  /** The label of the process that holds, or last held, the name. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  instance!: string | null;

  /** The number of the last grant. */
  @Column({ type: 'bigint', transformer: fence })
  fence!: number;

  @Column({ name: 'acquired_at', type: 'bigint', transformer: instant })
  acquiredAt!: Date;

  /** Until when the name is taken, if it is not renewed or released before. */
  @Column({ name: 'locked_until', type: 'bigint', transformer: instant })
  lockedUntil!: Date;

  @Column({ name: 'released_at', type: 'bigint', nullable: true, transformer: instant })
  releasedAt!: Date | null;

  /** The nominal fire time of the last cron run that was granted. */
  @Column({ name: 'last_tick', type: 'bigint', nullable: true, transformer: instant })
  lastTick!: Date | null;
}
