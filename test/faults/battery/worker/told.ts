import { RunSkippedError } from 'nestjs-marathon';
import { monotonicMs, note } from './journal.js';

export interface Answer {
  readonly outcome: 'completed' | 'skipped' | 'failed';
  readonly reason: string;
}

/** Notes what a call was told, and since when it had asked. What it throws ends here. */
export async function told<Result>(
  name: string,
  ask: () => Promise<Result>,
  answerOf: (result: Result) => Answer,
): Promise<Result | undefined> {
  const since = monotonicMs();
  try {
    const result = await ask();
    note('told', { name, since, ...answerOf(result) });
    return result;
  } catch (error) {
    note('told', { name, since, ...failureOf(error as Error) });
    return undefined;
  }
}

function failureOf(error: Error): Answer {
  return error instanceof RunSkippedError
    ? { outcome: 'skipped', reason: error.reason }
    : { outcome: 'failed', reason: error.name };
}

/** Above a guarded method: notes what each of its calls was told. */
export function Told(name: string): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const guarded = descriptor.value as (this: unknown) => Promise<void>;
    descriptor.value = function fire(this: unknown): Promise<void> {
      return told(
        name,
        () => guarded.call(this),
        () => ({ outcome: 'completed', reason: '' }),
      );
    };
  };
}
