import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { SingleRunner } from 'nestjs-marathon';
import { Repository } from 'typeorm';
import { JournalService } from '../journal/journal.service.js';
import { latestTick } from '../journal/tick.js';
import { Product } from './product.entity.js';
import { SupplierService } from './supplier.service.js';

@Injectable()
export class PriceTasks {
  private readonly logger = new Logger(PriceTasks.name);

  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly supplier: SupplierService,
    private readonly journal: JournalService,
  ) {}

  /**
   * The guarded calls stand before any `await`: so they belong to this tick of the cron, and each
   * supplier is asked once in it. Later they would be calls by hand, which the lock alone guards.
   */
  @Cron('*/5 * * * * *')
  async refreshAll(): Promise<void> {
    await Promise.all(this.supplier.suppliers.map((supplier) => this.refresh(supplier)));
  }

  /** A name for each supplier: they do not wait for one another. */
  @SingleRunner((supplier: string) => `prices:${supplier}`, '4s')
  async refresh(supplier: string): Promise<void> {
    const job = `prices:${supplier}`;
    await this.journal.record(job, latestTick(5_000), async () => {
      const priceInCents = await this.supplier.priceInCents();
      await this.products.update({ supplier }, { priceInCents });
      this.logger.log(`${job} is now ${(priceInCents / 100).toFixed(2)}`);
    });
  }
}
