import { EventEmitter, once } from 'node:events';
import type { WorkerMessage } from '../../support/inbox.js';

const asks = new EventEmitter();

process.on('message', (message: WorkerMessage) => void asks.emit(message.type, message));

/** Tells the test something. */
export function tell(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.send?.({ type, ...fields });
}

/** The test's next message of a type. Call it before the test can know that it may send. */
export async function asked(type: string): Promise<WorkerMessage> {
  const [message] = (await once(asks, type)) as [WorkerMessage];
  return message;
}

/** Answers every message of a type. What the answer throws ends the process, so it is noticed. */
export function answer(type: string, handle: (message: WorkerMessage) => Promise<void>): void {
  asks.on(type, (message: WorkerMessage) => void handle(message));
}
