import { inspect } from 'node:util';

/** What a property says that must not be, without the history that led to it; '' if it holds. */
export function violationsOf(error: unknown): string {
  if (error === undefined) return '';
  const message = error instanceof Error ? error.message : inspect(error);
  const [, violations] = /What must not be:\n(.*)\nWhat happened:/s.exec(message) ?? [];
  if (violations === undefined) throw error;
  return violations;
}
