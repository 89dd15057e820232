import { RunSkippedError } from 'nestjs-marathon';
import { monotonicMs, note } from './journal.js';

export interface Answer {
  readonly outcome: 'completed' | 'skipped' | 'failed';
  readonly reason: string;
}

/** What is asked for. */
interface Asked {
  readonly name: string;
  readonly waitMs: number;
}

/** Notes what a call was told, and since when it had asked. What it throws ends here. */
export async function told<Result>(
  asked: Asked,
  ask: () => Promise<Result>,
  answerOf: (result: Result) => Answer,
): Promise<Result | undefined> {
  const since = monotonicMs();
  try {
    const result = await ask();
    note('told', { ...asked, since, ...answerOf(result) });
    return result;
  } catch (error) {
    note('told', { ...asked, since, ...failureOf(error as Error) });
    return undefined;
  }
}

function failureOf(error: Error): Answer {
  return error instanceof RunSkippedError
    ? { outcome: 'skipped', reason: error.reason }
    : { outcome: 'failed', reason: error.name };
}

/** Above a guarded method: notes what each of its calls was told. */
export function Told(name: string, waitMs = 0): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const guarded = descriptor.value as (this: unknown) => Promise<void>;
    descriptor.value = function fire(this: unknown): Promise<void> {
      return told(
        { name, waitMs },
        () => guarded.call(this),
        () => ({ outcome: 'completed', reason: '' }),
      );
    };
  };
}
