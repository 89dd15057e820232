import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JournalService } from './journal.service.js';
import { Run } from './run.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([Run])],
  providers: [JournalService],
  exports: [JournalService],
})
export class JournalModule {}
