import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

export interface StockLevel {
  readonly sku: string;
  readonly supplier: string;
  readonly stock: number;
}

const CATALOGUE: readonly (readonly [sku: string, supplier: string])[] = [
  ['apples', 'orchard'],
  ['pears', 'orchard'],
  ['bread', 'bakery'],
  ['cake', 'bakery'],
  ['milk', 'dairy'],
];
/** Of each 14 seconds, these two are slow. */
const SLOW_PERIOD_MS = 14_000;
const SLOW_FOR_MS = 2_000;

/** Stands for the suppliers' interfaces, which take their time. */
@Injectable()
export class SupplierService {
  readonly suppliers = ['orchard', 'bakery', 'dairy'] as const;

  /** Usually it takes under a second, at times five: longer than the lease that it is asked under. */
  async *stockLevels(): AsyncGenerator<StockLevel> {
    const slow = Date.now() % SLOW_PERIOD_MS < SLOW_FOR_MS;
    for (const [sku, supplier] of CATALOGUE) {
      await setTimeout(slow ? 1_000 : 180);
      yield { sku, supplier, stock: Math.floor(Math.random() * 100) };
    }
  }

  async priceInCents(): Promise<number> {
    await setTimeout(100);
    return 100 + Math.floor(Math.random() * 400);
  }
}
