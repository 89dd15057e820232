import { InjectRepository } from '@nestjs/typeorm';
import { SubCommand } from 'nest-commander';
import type { Lease } from 'nestjs-marathon';
import { SingleRunnerCommand } from 'nestjs-marathon/commander';
import { Repository } from 'typeorm';
import { say } from '../output.js';
import { Product } from './product.entity.js';
import { SupplierService } from './supplier.service.js';

/** Whoever calls it while it runs, on whichever machine, is told so and may try again later. */
@SubCommand({ name: 'recount', description: 'counts the stock of all products anew' })
export class RecountCommand extends SingleRunnerCommand {
  protected override readonly lockOptions = { ttl: '10s' };
  protected override readonly lockedExitCode = 75;

  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly supplier: SupplierService,
  ) {
    super();
  }

  protected async runTask(_params: string[], _options: object, { signal }: Lease): Promise<void> {
    let counted = 0;
    for await (const level of this.supplier.stockLevels()) {
      signal.throwIfAborted();
      await this.products.upsert(level, ['sku']);
      say(`${level.sku}: ${level.stock}`);
      counted += 1;
    }
    say(`Counted ${counted} products.`);
  }
}
