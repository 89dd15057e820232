import type { Evidence } from '../evidence.js';
import { grantKey } from './finding.js';

/** A body's run, as its journal and its process' end tell it. */
export interface Body {
  readonly name: string;
  readonly fence: number;
  readonly instance: string;
  readonly startedAt: number;
  /** When its signal fired, if it did. */
  readonly abortedAt: number | undefined;
  /** Why it did, the error's name first. */
  readonly abortReason: string | undefined;
  /** What still ran when the evidence was collected counts as ended then. */
  readonly endedAt: number;
}

/** In the order in which they started. */
export function bodiesOf(evidence: Evidence): Body[] {
  const deaths = new Map(evidence.lives.map(({ instance, diedAt }) => [instance, diedAt]));
  const aborts = new Map<string, { readonly at: number; readonly reason: string }>();
  const endedAt = new Map<string, number>();
  let lastAt = 0;
  for (const line of evidence.journal) {
    lastAt = Math.max(lastAt, line.at);
    if (line.what === 'ended') endedAt.set(runKey(line), line.at);
    if (line.what !== 'aborted') continue;
    // A body has one signal, which fires once; were it told twice, the first would count.
    const key = runKey(line);
    if (line.at < (aborts.get(key)?.at ?? Infinity)) aborts.set(key, line);
  }
  for (const { at } of evidence.changes) lastAt = Math.max(lastAt, at);
  const bodies: Body[] = [];
  for (const line of evidence.journal) {
    if (line.what !== 'started') continue;
    const { at: startedAt, fence, instance, name } = line;
    const key = runKey(line);
    const abort = aborts.get(key);
    bodies.push({
      name,
      fence,
      instance,
      startedAt,
      abortedAt: abort?.at,
      abortReason: abort?.reason,
      endedAt: endedAt.get(key) ?? deaths.get(instance) ?? lastAt,
    });
  }
  return bodies.sort((a, b) => a.startedAt - b.startedAt);
}

function runKey(line: { instance: string; name: string; fence: number }): string {
  return `${line.instance} ${grantKey(line)}`;
}
