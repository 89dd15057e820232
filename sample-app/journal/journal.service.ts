import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { fromEnvironment } from '../settings.js';
import { databaseNow } from './database-clock.js';
import { Run } from './run.entity.js';

/** Writes down when the jobs ran. It knows nothing of locks, as it is to judge them. */
@Injectable()
export class JournalService {
  private readonly settings = fromEnvironment();

  constructor(private readonly dataSource: DataSource) {}

  /** Runs `body` between two entries of the journal. */
  async record<T>(job: string, tick: number | null, body: () => Promise<T>): Promise<T> {
    const runs = this.dataSource.getRepository(Run);
    const now = databaseNow(this.dataSource);
    const { session, instance } = this.settings;
    const id = randomUUID();
    await runs.insert({ id, session, job, tick, instance, startedAt: now });
    try {
      return await body();
    } finally {
      await runs.update({ id, endedAt: IsNull() }, { endedAt: now });
    }
  }
}
