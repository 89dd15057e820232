import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { currentLease, SingleRunner } from 'nestjs-marathon';
import { Repository } from 'typeorm';
import { JournalService } from '../journal/journal.service.js';
import { latestTick } from '../journal/tick.js';
import { SYNC } from './jobs.js';
import { Product } from './product.entity.js';
import { SupplierService } from './supplier.service.js';

@Injectable()
export class InventoryTasks {
  private readonly logger = new Logger(InventoryTasks.name);

  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly supplier: SupplierService,
    private readonly journal: JournalService,
  ) {}

  /**
   * Every instance's cron fires; the first to ask runs, and the others let this tick pass. When the
   * supplier is slow the lease is renewed for as long as the run goes on, and ticks pass meanwhile.
   */
  @Cron('*/2 * * * * *')
  @SingleRunner(SYNC.name, SYNC.ttl)
  async sync(): Promise<void> {
    await this.journal.record(SYNC.name, latestTick(SYNC.periodMs), async () => {
      const startedAt = Date.now();
      this.logger.log(`${SYNC.name} …`);
      let synchronised = 0;
      for await (const level of this.supplier.stockLevels()) {
        // The lease is about to end, or this instance is shutting down: the next run does the rest.
        if (currentLease()?.signal.aborted) break;
        await this.products.upsert(level, ['sku']);
        synchronised += 1;
      }
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      this.logger.log(`${SYNC.name} done: ${synchronised} products in ${seconds} s`);
    });
  }
}
