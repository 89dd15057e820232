import { getEventListeners } from 'node:events';
import { counts } from './application.js';

/** What is looked at every ten seconds. Each of these has to stay as it is. */
export interface Sample {
  readonly at: number;
  readonly rss: number;
  /** After a full collection. */
  readonly heapUsed: number;
  readonly timers: number;
  /** Sockets, files and whatever else keeps a process alive, without the timers. */
  readonly handles: number;
  /** On the process, and on the one signal that all callers of this process share. */
  readonly listeners: number;
  /** That came to their end, and succeeded. */
  readonly runs: number;
}

export function takeSample(at: number, callersSignal: AbortSignal): Sample {
  if (!globalThis.gc) throw new Error('The heap is measured after a collection: add --expose-gc.');
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((resource) => resource === 'Timeout').length;
  const listeners =
    process.eventNames().reduce((total, event) => total + process.listenerCount(event), 0) +
    getEventListeners(callersSignal, 'abort').length;
  const handles = resources.length - timers;
  return { at, rss, heapUsed, timers, handles, listeners, runs: counts.get('runs succeeded') ?? 0 };
}
