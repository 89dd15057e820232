import { describe, expect, it } from '@jest/globals';
import {
  DecoratorTargetError,
  InvalidLockNameError,
  InvalidOptionError,
  MarathonError,
  SingleRunner,
} from 'nestjs-marathon';

function refusalOf(define: () => unknown): MarathonError {
  try {
    define();
  } catch (error) {
    if (error instanceof MarathonError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('the decorator on something that is not a method is refused when the class is defined', () => {
  // Each is refused by the compiler too.
  const targets: [string, string, () => unknown][] = [
    [
      'a field',
      'the field Jobs.run',
      () => {
        class Jobs {
          // @ts-expect-error
          @SingleRunner('job')
          run = async (): Promise<void> => {};
        }
        return Jobs;
      },
    ],
    [
      'a getter',
      'the accessor Jobs.run',
      () => {
        class Jobs {
          // @ts-expect-error
          @SingleRunner('job')
          get run(): number {
            return 1;
          }
        }
        return Jobs;
      },
    ],
    [
      'a setter',
      'the accessor Jobs.run',
      () => {
        class Jobs {
          // @ts-expect-error
          @SingleRunner('job')
          set run(_value: number) {}
        }
        return Jobs;
      },
    ],
    [
      'a static method',
      'the static method Jobs.run',
      () => {
        class Jobs {
          // @ts-expect-error
          @SingleRunner('job')
          static async run(): Promise<void> {}
        }
        return Jobs;
      },
    ],
    [
      'a class',
      'the class Jobs',
      () => {
        // @ts-expect-error
        @SingleRunner('job')
        class Jobs {}
        return Jobs;
      },
    ],
    [
      'a parameter',
      'a parameter of Jobs.run',
      () => {
        class Jobs {
          // @ts-expect-error
          async run(@SingleRunner('job') _value: number): Promise<void> {}
        }
        return Jobs;
      },
    ],
  ];

  it.each(targets)('%s', (_target, said, define) => {
    const refusal = refusalOf(define);
    expect(refusal).toBeInstanceOf(DecoratorTargetError);
    expect(refusal.code).toBe('MARATHON_DECORATOR_TARGET');
    expect(refusal.message).toContain(`stands on ${said}.`);
    expect(refusal.message).toContain('LockService.run()');
  });

  it('a class that was compiled with standard decorators', () => {
    const decorate = SingleRunner('job') as unknown as (value: unknown, context: object) => void;
    const context = { kind: 'method', name: 'run', static: false, private: false };
    const refusal = refusalOf(() => decorate(async () => {}, context));
    expect(refusal).toBeInstanceOf(DecoratorTargetError);
    expect(refusal.message).toContain('"experimentalDecorators": true');
  });
});

describe('a bad name is refused when the class is defined', () => {
  it.each<[string, unknown]>([
    ['empty', ''],
    ['over 255 characters', 'x'.repeat(256)],
    ['with a NUL', 'a\0b'],
    ['with a leading surrogate alone', 'a\ud83c'],
    ['with a trailing surrogate alone', '\udf63a'],
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a symbol', Symbol('name')],
    ['a list', ['a']],
    ['an object', { name: 'a' }],
  ])('%s', (_what, name) => {
    const refusal = refusalOf(() => SingleRunner(name as string));
    expect(refusal).toBeInstanceOf(InvalidLockNameError);
    expect(refusal.code).toBe('MARATHON_INVALID_NAME');
    expect(refusal.message).toContain('a string of 1 to 255 characters');
  });

  it.each([
    ['of 255 characters', 'x'.repeat(255)],
    ['of 255 characters outside of the basic plane', '🍣'.repeat(255)],
    ['with spaces, capitals and accents', ' Größe: "Ä"\n'],
  ])('but not one %s', (_what, name) => {
    expect(() => SingleRunner(name)).not.toThrow();
  });
});

describe('a bad ttl is refused when the class is defined', () => {
  const bad: [string, unknown][] = [
    ['0', 0],
    ['negative', -1],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['fractional', 1500.5],
    ['below 100 ms', 99],
    ['over 24 days', 24 * 24 * 3600 * 1000 + 1],
    ['of 25 days', '25d'],
    ['of a year', '1y'],
    ['unreadable', 'soon'],
    ['unreadable after a number', '10 parsecs'],
    ['an empty string', ''],
    ['a string of spaces', '   '],
    ['a string over 100 characters', `${'1'.repeat(100)}s`],
    ['negative as a string', '-5m'],
    ['fractional as a string', '100.5ms'],
    ['0 as a string', '0s'],
    ['null', null],
    ['a boolean', true],
    ['a bigint', 1000n],
  ];

  it.each(bad)('%s', (_what, ttl) => {
    expectOptionError(refusalOf(() => SingleRunner('job', ttl as number)));
  });

  it.each(bad)('%s, among options', (_what, ttl) => {
    expectOptionError(refusalOf(() => SingleRunner('job', { ttl: ttl as number })));
  });

  it.each<string | number | undefined>([
    100,
    '100',
    '24d',
    24 * 24 * 3600 * 1000,
    '1.5s',
    undefined,
  ])('but not %s', (ttl) => {
    expect(() => SingleRunner('job', ttl)).not.toThrow();
    expect(() => SingleRunner('job', { ttl })).not.toThrow();
  });
});

describe('a bad option is refused when the class is defined', () => {
  it.each<[string, object]>([
    ['holdAtLeast above the ttl', { ttl: '1m', holdAtLeast: '61s' }],
    ['holdAtLeast that is negative', { ttl: '1m', holdAtLeast: -1 }],
    ['holdAtLeast that is negative, without a ttl', { holdAtLeast: -1 }],
    ['holdAtLeast that is NaN, without a ttl', { holdAtLeast: NaN }],
    ['holdAtLeast that is fractional, without a ttl', { holdAtLeast: 0.5 }],
    ['holdAtLeast over 24 days, without a ttl', { holdAtLeast: '25d' }],
    ['holdAtLeast that is unreadable', { holdAtLeast: 'a while' }],
    ['onSkip that is unknown', { onSkip: 'retry' }],
  ])('%s', (_what, options) => {
    expectOptionError(refusalOf(() => SingleRunner('job', options)));
  });

  it('but not holdAtLeast as long as the ttl, nor options that are undefined', () => {
    expect(() => SingleRunner('job', { ttl: '1m', holdAtLeast: '1m' })).not.toThrow();
    const options = { ttl: undefined, renew: undefined, holdAtLeast: undefined };
    const more = { oncePerTick: undefined, onSkip: undefined, module: undefined };
    expect(() => SingleRunner('job', { ...options, ...more })).not.toThrow();
  });
});

describe('the wrapper', () => {
  class Jobs {
    @SingleRunner('job')
    async run(): Promise<void> {}

    @SingleRunner('job')
    async runOne(_supplier: string, _force?: boolean): Promise<void> {}
  }

  it('has the name and the length of the method', () => {
    expect(Jobs.prototype.run.name).toBe('run');
    expect(Jobs.prototype.run).toHaveLength(0);
    expect(Jobs.prototype.runOne.name).toBe('runOne');
    expect(Jobs.prototype.runOne).toHaveLength(2);
  });

  it('stays where and what a method is: on the prototype, and not enumerable', () => {
    expect(Object.keys(Jobs.prototype)).toEqual([]);
    expect(Object.getOwnPropertyDescriptor(Jobs.prototype, 'run')).toMatchObject({
      configurable: true,
      enumerable: false,
      writable: true,
    });
  });
});

function expectOptionError(refusal: MarathonError): void {
  expect(refusal).toBeInstanceOf(InvalidOptionError);
  expect(refusal.code).toBe('MARATHON_INVALID_OPTION');
  expect(refusal.message).toMatch(/give /i);
}
