import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { InstanceLogger } from './instance.logger.js';

// Ctrl-C reaches every process of the terminal. main.ts decides when the instances stop.
process.on('SIGINT', () => {});
// Without main.ts there is nobody left to stop them.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const logger = new InstanceLogger();
const app = await NestFactory.createApplicationContext(AppModule, { logger });
app.enableShutdownHooks(['SIGTERM']);
process.send?.('ready');
