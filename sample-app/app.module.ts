import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MarathonModule } from 'nestjs-marathon';
import { databaseOptions } from './database.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { fromEnvironment } from './settings.js';

const { url, instance } = fromEnvironment();

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRoot({ ...databaseOptions(url), autoLoadEntities: true }),
    // Without `instance` the label would be the host's name and the process's id.
    MarathonModule.forRoot({ instance, shutdownTimeout: '5s' }),
    InventoryModule,
  ],
})
export class AppModule {}
