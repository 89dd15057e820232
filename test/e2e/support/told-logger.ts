import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { tell } from './parent.js';

/** Tells the test each warning and error, so that it can wait for one, and prints them. */
export class ToldLogger implements LoggerService {
  log(): void {}

  warn(...parts: readonly unknown[]): void {
    this.#tell('warn', parts);
  }

  error(...parts: readonly unknown[]): void {
    this.#tell('error', parts);
  }

  #tell(level: string, parts: readonly unknown[]): void {
    const text = parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ');
    console.log(level, text);
    tell('logged', { level, text });
  }
}
