import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

/** Nest tells of each module that it loads, in each instance. The shop's own lines are wanted. */
const STARTING_UP = new Set(['NestFactory', 'InstanceLoader', 'TypeOrmCoreModule']);

/**
 * Plain lines, before which main.ts puts the instance's name. What calls for attention goes to
 * stderr, which main.ts paints: the warnings and errors of the shop, of Nest and of the library.
 */
export class InstanceLogger implements LoggerService {
  log(message: unknown, context?: string): void {
    if (context === undefined || !STARTING_UP.has(context)) {
      process.stdout.write(`${text(message)}\n`);
    }
  }

  warn(message: unknown): void {
    process.stderr.write(`${text(message)}\n`);
  }

  error(message: unknown, stack?: string): void {
    process.stderr.write(`${text(message)}\n${stack ? `${stack}\n` : ''}`);
  }
}

function text(message: unknown): string {
  return typeof message === 'string' ? message : inspect(message);
}
