import { describe, expect, it } from '@jest/globals';
import { LockStoreError } from '../../../lib/core/errors.js';
import { LoggingObserver } from '../../../lib/observers/logging/logging.observer.js';

function logged() {
  const lines: [level: string, message: string][] = [];
  const at = (level: string) => (message: string) => void lines.push([level, message]);
  const observer = new LoggingObserver({
    debug: at('debug'),
    warn: at('warn'),
    error: at('error'),
  });
  return { observer, lines, levels: () => lines.map(([level]) => level) };
}

function holder(fence: number, ageMs = 7000) {
  const [acquiredAt, expiresAt] = [new Date(Date.now() - ageMs), new Date()];
  return { instance: 'api#1', fence, acquiredAt, expiresAt };
}

const skip = { name: 'job', instance: 'api#2', reason: 'held' } as const;

describe('LoggingObserver', () => {
  it('warns of an overlap once for each grant that causes it', () => {
    const { observer, lines, levels } = logged();
    observer.onSkipped({ ...skip, holder: holder(1) });
    observer.onSkipped({ ...skip, holder: holder(1) });
    observer.onSkipped({ ...skip, holder: holder(2) });
    expect(levels()).toEqual(['warn', 'debug', 'warn']);
    expect(lines[0]![1]).toMatch(/held by "api#1" for 7 s, until \d{4}-.*fence 1/);
  });

  it('finds a lost race ordinary, for a tick or without one', () => {
    const { observer, levels } = logged();
    observer.onSkipped({ ...skip, reason: 'tick-taken', holder: holder(1) });
    observer.onSkipped({ ...skip, holder: holder(2, 20) });
    observer.onSkipped({ ...skip, holder: holder(2) });
    expect(levels()).toEqual(['debug', 'debug', 'warn']);
  });

  it('tells of a lost lease as an error, with what an operator asks first', () => {
    const { observer, lines } = logged();
    const event = { name: 'job', instance: 'api#2', fence: 3, sinceRenewalMs: 900 } as const;
    observer.onLost({ ...event, cause: 'deadline', blockedMs: 4667 });
    expect(lines[0]![0]).toBe('error');
    expect(lines[0]![1]).toMatch(/900 ms ago; the event loop was blocked for 4667 ms/);
  });

  const failure = { name: 'job', instance: 'api#2', operation: 'acquire' } as const;

  it('warns of a failing database once, and when it is back', () => {
    const { observer, levels } = logged();
    const error = new LockStoreError('no route', { outcome: 'unknown', retryable: true });
    for (let tries = 0; tries < 5; tries += 1) observer.onStoreError({ ...failure, error });
    observer.onStarted({ name: 'job', instance: 'api#2', fence: 1 });
    expect(levels()).toEqual(['debug', 'debug', 'warn', 'debug', 'debug', 'warn']);
  });

  it('warns at once of a failure that will not pass, and not of one that has passed', () => {
    const { observer, levels } = logged();
    const passing = new LockStoreError('busy', { outcome: 'refused', retryable: true });
    observer.onStoreError({ ...failure, error: passing });
    observer.onSkipped({ ...skip, reason: 'tick-taken' });
    const lasting = new LockStoreError('no grant', { outcome: 'refused', retryable: false });
    observer.onStoreError({ ...failure, error: lasting });
    expect(levels()).toEqual(['debug', 'debug', 'warn']);
  });

  it('escapes control characters in names', () => {
    const { observer, lines } = logged();
    observer.onSkipped({ ...skip, name: 'a\nERROR forged', holder: holder(1) });
    expect(lines[0]![1]).not.toContain('\n');
  });
});
