/* Checked by the compilers alone: `npm run typecheck`. Nothing here is ever run. */
import { of, type Observable } from 'rxjs';
import { SingleRunner, type SingleRunnerOptions } from 'nestjs-marathon';

declare const value: <T>() => T;

export class RefusedForTheirReturn {
  // @ts-expect-error a skipped call resolves to undefined
  @SingleRunner('a')
  async value(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a skipped call resolves to undefined
  @SingleRunner('a', '1m')
  async valueWithTtl(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a skipped call resolves to undefined
  @SingleRunner('a', { onSkip: 'ignore' })
  async valueWithIgnore(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a skipped call resolves to undefined
  @SingleRunner('a')
  async null(): Promise<string | null> {
    return null;
  }

  // @ts-expect-error these options may say 'ignore'
  @SingleRunner('a', value<SingleRunnerOptions>())
  async valueWithAnyOptions(): Promise<number> {
    return 1;
  }

  // @ts-expect-error a guarded method is asynchronous
  @SingleRunner('a')
  synchronous(): number {
    return 1;
  }

  // @ts-expect-error a guarded method is asynchronous
  @SingleRunner('a')
  boolean(): boolean {
    return true;
  }

  // @ts-expect-error a guarded method is asynchronous, whether it throws or not
  @SingleRunner('a', { onSkip: 'throw' })
  synchronousAndThrowing(): number {
    return 1;
  }

  // @ts-expect-error a guarded method is asynchronous
  @SingleRunner('a')
  perhapsSynchronous(): string | undefined {
    return undefined;
  }

  // @ts-expect-error a guarded method is asynchronous, always
  @SingleRunner('a')
  sometimesSynchronous(): number | Promise<void> {
    return 1;
  }

  // @ts-expect-error a guarded method is asynchronous
  @SingleRunner('a')
  observable(): Observable<undefined> {
    return of(undefined);
  }

  // @ts-expect-error a guarded method is asynchronous
  @SingleRunner('a')
  *generator(): Generator<number> {
    yield 1;
  }
}

export class RefusedForTheirName {
  // @ts-expect-error the name function's parameters are not the method's
  @SingleRunner((id: number) => `a:${id}`)
  async otherType(_id: string): Promise<void> {}

  // @ts-expect-error the name function's parameters are not the method's
  @SingleRunner((a: string, b: string) => a + b)
  async tooMany(_a: string): Promise<void> {}

  // @ts-expect-error the name function's parameters are not the method's
  @SingleRunner((id: string) => id)
  async optional(_id?: string): Promise<void> {}

  // @ts-expect-error a name is a string
  @SingleRunner((id: number) => id)
  async notAString(_id: number): Promise<void> {}

  // @ts-expect-error a name is there at once
  @SingleRunner(async (id: string) => id)
  async asynchronous(_id: string): Promise<void> {}

  // @ts-expect-error a name is a string
  @SingleRunner(5)
  async number(): Promise<void> {}

  // @ts-expect-error a name is there
  @SingleRunner()
  async none(): Promise<void> {}

  // @ts-expect-error a name is a string
  @SingleRunner(value<string | undefined>())
  async perhapsNone(): Promise<void> {}
}

export class RefusedForTheirOptions {
  // @ts-expect-error unknown option
  @SingleRunner('a', { tll: '1m' })
  async misspelt(): Promise<void> {}

  // @ts-expect-error there is no "run anyway"
  @SingleRunner('a', { onSkip: 'run' })
  async runAnyway(): Promise<void> {}

  // @ts-expect-error a duration
  @SingleRunner('a', { ttl: true })
  async otherType(): Promise<void> {}
}

export class RefusedForTheirTarget {
  // @ts-expect-error a static method
  @SingleRunner('a')
  static async static(): Promise<void> {}

  // @ts-expect-error a field
  @SingleRunner('a')
  field = async (): Promise<void> => {};

  // @ts-expect-error an accessor
  @SingleRunner('a')
  get accessor(): string {
    return '';
  }

  // @ts-expect-error a parameter
  async parameter(@SingleRunner('a') _value: string): Promise<void> {}
}

// @ts-expect-error a class
@SingleRunner('a')
export class RefusedOnAClass {}

export class RefusedForTheirFunctions {
  readonly minutes = 5;

  // @ts-expect-error the options' function takes another class
  @SingleRunner('a', { ttl: (other: RefusedForTheirReturn) => String(other.value) })
  async ttlOfAnotherClass(): Promise<void> {}

  // @ts-expect-error the parameter has to be annotated
  @SingleRunner('a', { ttl: (one) => one.minutes })
  async ttlOfNobodyKnowsWhom(): Promise<void> {}

  // @ts-expect-error a ttl is no boolean
  @SingleRunner('a', { ttl: (_one: RefusedForTheirFunctions) => true })
  async ttlOfAnotherType(): Promise<void> {}

  // @ts-expect-error the module is injected, so it has to be known when the class is defined
  @SingleRunner('a', { module: (_one: RefusedForTheirFunctions) => 'billing' })
  async moduleOfTheInstance(): Promise<void> {}

  // @ts-expect-error there is no "run anyway"
  @SingleRunner('a', { onStoreError: 'run' })
  async runAnyway(): Promise<void> {}
}
