import type { LoggerService } from '@nestjs/common';

/** Keeps what an application logs. */
export class MemoryLog implements LoggerService {
  readonly lines: { readonly level: string; readonly text: string }[] = [];

  log(message: unknown): void {
    this.keep('log', message);
  }

  warn(message: unknown): void {
    this.keep('warn', message);
  }

  error(message: unknown): void {
    this.keep('error', message);
  }

  debug(message: unknown): void {
    this.keep('debug', message);
  }

  texts(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  private keep(level: string, message: unknown): void {
    this.lines.push({ level, text: String(message) });
  }
}
