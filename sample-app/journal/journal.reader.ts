import { IsNull, MoreThan, type DataSource, type Repository } from 'typeorm';
import { readDatabaseNow } from './database-clock.js';
import { Run } from './run.entity.js';

/** Reads what the jobs of one start of the sample have written. */
export class JournalReader {
  private readonly runs: Repository<Run>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly session: string,
  ) {
    this.runs = dataSource.getRepository(Run);
  }

  now(): Promise<number> {
    return readDatabaseNow(this.dataSource);
  }

  all(): Promise<Run[]> {
    return this.runs.find({ where: { session: this.session }, order: { startedAt: 'ASC' } });
  }

  /** The run of a job that goes on. */
  running(job: string): Promise<Run | null> {
    return this.runs.findOneBy({ session: this.session, job, endedAt: IsNull() });
  }

  firstAfter(job: string, at: number): Promise<Run | null> {
    return this.runs.findOne({
      where: { session: this.session, job, startedAt: MoreThan(at) },
      order: { startedAt: 'ASC' },
    });
  }

  async hasEnded({ id }: Run): Promise<boolean> {
    return (await this.runs.findOneByOrFail({ id })).endedAt !== null;
  }
}
