import fc from 'fast-check';

/** Options of a call, in milliseconds. */
interface PlannedOptions {
  readonly ttl: number;
  readonly renew: boolean;
  readonly wait: number;
  readonly holdAtLeast: number;
  readonly maxRuntime: number | undefined;
  readonly onStoreError: 'throw' | 'skip';
}

/** A call that is to be made. */
export interface Plan {
  readonly verb: 'acquire' | 'run' | 'sync' | 'strict' | 'tick';
  /** Which instance, from 0. */
  readonly instance: number;
  readonly name: string;
  /** Of which of the runs it is made inside, if there are some; `undefined` from outside of them. */
  readonly inside: number | undefined;
  /** Of a `tick`: how far the clock is off by which its cron has fired. */
  readonly offMs: number;
  readonly options: PlannedOptions;
}

/** How often crons fire. */
const TICK_MS = 60_000;

export const NAMES = ['a', 'b'];
export const INSTANCES = ['api-1', 'api-2'];

const DEFAULTS = { renew: true, wait: 0, holdAtLeast: 0, maxRuntime: undefined };

const options: fc.Arbitrary<PlannedOptions> = fc.record({
  ttl: fc.constantFrom(10_000, 30_000),
  renew: fc.constantFrom(true, true, true, false),
  wait: fc.constantFrom(0, 0, 3000, 20_000),
  holdAtLeast: fc.constantFrom(0, 0, 0, 5000),
  maxRuntime: fc.constantFrom(undefined, undefined, undefined, 15_000),
  onStoreError: fc.constantFrom('throw' as const, 'skip' as const),
});

export const plans: fc.Arbitrary<Plan> = fc.record({
  verb: fc.constantFrom('acquire', 'run', 'sync', 'strict', 'tick'),
  instance: fc.nat(INSTANCES.length - 1),
  name: fc.constantFrom(...NAMES),
  inside: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
  offMs: fc.constantFrom(0, 0, 0, -TICK_MS, 900, 60_000),
  options,
});

/** The time for which a cron fires now, by a clock that is so far off. */
export function tickOf(nowAt: number, offMs: number): number {
  return Math.floor((nowAt + offMs) / TICK_MS) * TICK_MS;
}

/** As somebody would write the call. */
export function written({ verb, instance, name, inside, offMs, options: given }: Plan): string {
  const { ttl, ...rest } = given;
  const isNamed = ([option, value]: [string, unknown]): boolean =>
    option === 'onStoreError'
      ? value === 'skip' && verb !== 'acquire'
      : value !== DEFAULTS[option as keyof typeof DEFAULTS];
  const more = Object.entries(rest).filter(isNamed);
  const said = [
    `ttl: ${seconds(ttl)}`,
    ...more.map(([option, value]) => `${option}: ${shown(value)}`),
  ];
  const ask = more.length === 0 ? seconds(ttl) : `{ ${said.join(', ')} }`;
  const where = inside === undefined ? '' : `inside run ${inside}: `;
  const clock = verb === 'tick' && offMs !== 0 ? ` by a clock ${seconds(offMs)} off` : '';
  return `${where}${INSTANCES[instance]}: ${verb}('${name}', ${ask})${clock}`;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? seconds(value) : String(value);
}

export function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
