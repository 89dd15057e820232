/* Checked by the compilers alone: `npm run typecheck`. Nothing here is ever run. */
import { expectTypeOf } from 'expect-type';
import type { EntityManager } from 'typeorm';
import {
  currentLease,
  requireLease,
  SingleRunner,
  type Lease,
  type LockInfo,
  type LockService,
  type RunResult,
} from 'nestjs-marathon';

interface Supplier {
  readonly id: string;
}

export class Accepted {
  @SingleRunner('a')
  nothing(): void {}

  @SingleRunner('a')
  nothingByInference() {}

  @SingleRunner('a')
  async promiseOfNothing(): Promise<void> {}

  @SingleRunner('a', '10m')
  async withTtl(): Promise<void> {}

  @SingleRunner('a', 600_000)
  async withMilliseconds(): Promise<void> {}

  @SingleRunner('a')
  async undefinedAmongOthers(): Promise<string | undefined> {
    return undefined;
  }

  @SingleRunner('a')
  async voidAmongOthers(): Promise<string | void> {}

  @SingleRunner('a')
  async unknown(): Promise<unknown> {
    return 1;
  }

  @SingleRunner('a')
  // oxlint-disable-next-line typescript/no-explicit-any -- what is accepted is tested
  async anything(): Promise<any> {
    return 1;
  }

  @SingleRunner('a')
  // oxlint-disable-next-line typescript/no-explicit-any -- what is accepted is tested
  any(): any {
    return 1;
  }

  @SingleRunner('a')
  async never(): Promise<never> {
    throw new Error();
  }

  @SingleRunner('a')
  perhapsAsynchronous(): void | Promise<void> {}

  @SingleRunner('a', { onSkip: 'throw' })
  async valueThatIsAlwaysThere(): Promise<number> {
    return 1;
  }

  @SingleRunner('a', { onSkip: 'throw', ttl: '1m', renew: false, oncePerTick: false, module: 'b' })
  async nothingButThrowing(): Promise<void> {}

  @SingleRunner('a', { ttl: undefined, renew: undefined, onSkip: undefined, module: undefined })
  async optionsThatAreUndefined(): Promise<void> {}

  @SingleRunner('a', { maxRuntime: '1h', wait: 100, onStoreError: 'skip', holdAtLeast: '1s' })
  async policies(): Promise<void> {}

  @SingleRunner('a', { shared: true, oncePerTick: false })
  async shared(): Promise<void> {}

  readonly minutes: number = 5;
  private readonly secret: string | undefined = '5m';

  @SingleRunner('a', { ttl: (instance: Accepted) => `${instance.minutes}m` })
  async ttlOfTheInstance(): Promise<void> {}

  @SingleRunner('a', { ttl: ({ secret }: Accepted) => secret, renew: (_one: Accepted) => false })
  async ttlOfWhatIsPrivate(): Promise<void> {}

  @SingleRunner('a', { wait: (one: { readonly minutes: number }) => one.minutes, onSkip: 'throw' })
  async waitOfAWiderType(): Promise<number> {
    return 1;
  }

  @SingleRunner('a', { ttl: () => undefined })
  async ttlOfNothing(): Promise<void> {}

  @SingleRunner((supplier: Supplier) => `a:${supplier.id}`)
  async nameOfAnArgument(_supplier: Supplier): Promise<void> {}

  @SingleRunner((supplier: Supplier) => `a:${supplier.id}`)
  async nameOfTheFirstArgument(_supplier: Supplier, _force: boolean): Promise<void> {}

  @SingleRunner((supplier: Pick<Supplier, 'id'>) => `a:${supplier.id}`)
  async nameOfAWiderArgument(_supplier: Supplier & { name: string }): Promise<void> {}

  @SingleRunner((page?: number) => `a:${page ?? 1}`)
  async nameOfAnOptionalArgument(_page?: number): Promise<void> {}

  @SingleRunner((...ids: string[]) => ids.join())
  async nameOfAllArguments(..._ids: string[]): Promise<void> {}

  @SingleRunner(() => 'a')
  async nameOfNoArgument(_supplier: Supplier): Promise<void> {}

  @SingleRunner('a')
  private async hidden(): Promise<void> {}

  @SingleRunner('a')
  protected async inherited(): Promise<void> {}

  @SingleRunner('a')
  async [Symbol.for('keyed')](): Promise<void> {}

  readonly use = (): unknown => this.hidden;
}

export abstract class AcceptedInAbstract {
  abstract readonly id: string;

  @SingleRunner('a')
  async inherited(): Promise<void> {}
}

export async function results(locks: LockService): Promise<void> {
  expectTypeOf(currentLease()).toEqualTypeOf<Lease | undefined>();
  expectTypeOf(requireLease()).toEqualTypeOf<Lease>();
  expectTypeOf(await locks.acquire('a')).toEqualTypeOf<Lease | null>();
  expectTypeOf(await locks.run('a', () => 1)).toEqualTypeOf<RunResult<number>>();
  expectTypeOf(await locks.run('a', '1m', async () => 'b')).toEqualTypeOf<RunResult<string>>();
  expectTypeOf(await locks.run('a', { ttl: 100 }, () => {})).toEqualTypeOf<RunResult<void>>();
  const { signal } = new AbortController();
  expectTypeOf(await locks.acquire('a', { signal, wait: '1s' })).toEqualTypeOf<Lease | null>();
  expectTypeOf(await locks.run('a', { signal, onStoreError: 'skip' }, () => 1)).toEqualTypeOf<
    RunResult<number>
  >();
  // @ts-expect-error `null` says that somebody else has the name, and nothing else
  await locks.acquire('a', { onStoreError: 'skip' });
  expectTypeOf(await locks.inspect('a')).toEqualTypeOf<LockInfo | null>();
  expectTypeOf(await locks.list({ after: 'a', limit: 10 })).toEqualTypeOf<LockInfo[]>();
  // @ts-expect-error the fence that was seen is asked for
  await locks.forceRelease('a', { reason: 'none' });
  const rows = requireLease().transaction(async (manager) => {
    expectTypeOf(manager).toExtend<EntityManager>();
    return manager.query<{ id: number }[]>('SELECT 1');
  });
  expectTypeOf(rows).toEqualTypeOf<Promise<{ id: number }[]>>();
  // @ts-expect-error there is a value only where the run was completed
  expectTypeOf((await locks.run('a', () => 1)).value).toEqualTypeOf<number>();
}

export function decorated(accepted: Accepted): void {
  expectTypeOf(accepted.nothing).toEqualTypeOf<() => void>();
  expectTypeOf(accepted.undefinedAmongOthers).toEqualTypeOf<() => Promise<string | undefined>>();
}
