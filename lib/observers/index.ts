import type { RunObserver } from '../core/run-observer.js';
import { LoggingObserver, type Log } from './logging/logging.observer.js';

/** The observers that every module has: the only list of them. */
export function builtInObservers(log: Log): RunObserver[] {
  return [new LoggingObserver(log)];
}
