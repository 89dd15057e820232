import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { LockService } from 'nestjs-marathon';
import { Repository } from 'typeorm';
import { JournalService } from '../journal/journal.service.js';
import { Product } from './product.entity.js';

const JOB = 'stock:report';

@Injectable()
export class StockReportTasks {
  private readonly logger = new Logger(StockReportTasks.name);

  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly journal: JournalService,
    private readonly locks: LockService,
  ) {}

  /**
   * Intervals are not in step, so three instances would report three times in five seconds, one
   * after the other. `holdAtLeast` keeps the name taken after the run, and makes it one.
   */
  @Interval(5_000)
  async report(): Promise<void> {
    const result = await this.locks.run(JOB, { ttl: '4s', holdAtLeast: '4s' }, () =>
      this.journal.record(JOB, null, () => this.products.sum('stock')),
    );
    if (result.outcome === 'completed') {
      this.logger.log(`${JOB}: ${result.value ?? 0} pieces in stock`);
    }
  }
}
