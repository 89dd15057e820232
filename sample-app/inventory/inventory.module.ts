import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JournalModule } from '../journal/journal.module.js';
import { InventoryCommand } from './inventory.command.js';
import { InventoryTasks } from './inventory.tasks.js';
import { PriceTasks } from './price.tasks.js';
import { Product } from './product.entity.js';
import { StockReportTasks } from './stock-report.tasks.js';
import { SupplierService } from './supplier.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Product]), JournalModule],
  providers: [
    SupplierService,
    InventoryTasks,
    PriceTasks,
    StockReportTasks,
    ...InventoryCommand.registerWithSubCommands(),
  ],
})
export class InventoryModule {}
