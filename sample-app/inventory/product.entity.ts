import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('shop_product')
export class Product {
  @PrimaryColumn('varchar', { length: 32 })
  sku!: string;

  @Column('varchar', { length: 32 })
  supplier!: string;

  @Column('int', { default: 0 })
  stock!: number;

  @Column('int', { default: 0 })
  priceInCents!: number;
}
