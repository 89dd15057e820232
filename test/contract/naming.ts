import { describe, expect, it } from '@jest/globals';
import { InvalidLockNameError, InvalidOptionError } from '../../lib/core/errors.js';
import { lockRequest } from '../../lib/core/lock-request.js';
import type { LockStore } from '../../lib/core/lock-store.js';
import { lockService } from './support/algorithm.js';
import { CALL_MS, Contender, fresh, TTL_MS } from './support/contender.js';
import type { Harness } from './support/harness.js';

/** In each line names that some database, collation or encoding takes for one another. */
const ALIKE: readonly (readonly [what: string, ...names: string[]])[] = [
  ['their case', 'job', 'Job', 'JOB'],
  ['a space at the end', 'space', 'space ', 'space  ', 'space\t', 'space\u00a0'],
  ['a space at the start', ' space', '  space'],
  ['an accent', 'konig', 'könig', 'ko\u0308nig', 'koenig'],
  ['the form of one letter', 'strasse', 'straße', 'STRASSE', 'STRAẞE'],
  ['width or ligature', 'file', 'ﬁle', 'ｆｉｌｅ'],
  ['an emoji', '🍣', '🍺', '🍣🍣', '🍣 ', '?', '??', '????', '\ufffd'],
  ['a character that is not seen', 'zero', 'ze\u200bro', 'zero\ufeff', '\u202ezero', 'zero\u0001'],
  ['the script of a letter', 'pay', 'рау', 'pаy'],
  ['quotes and escapes', `a'b`, `a''b`, `a\\'b`, 'a"b', 'a`b', 'a\\b', 'a\\\\b', 'a\nb', 'a\\nb'],
  [
    'what statements are made of',
    '$1',
    ':1',
    '?1',
    '%',
    '_',
    '%s',
    '--',
    ';',
    '/*',
    'NULL',
    'null',
  ],
  ['what is written in numbers', '0', '00', '1e1', '10', '0x0a', 'true'],
];
/** At the limit, and the same but for the last character. */
const LONG = ['x'.repeat(255), `${'x'.repeat(254)}y`, 'X'.repeat(255), '🍣'.repeat(255)];
const AROUND_THE_KEY = [63, 64, 65].flatMap((length) => ['k'.repeat(length), 'K'.repeat(length)]);

const REFUSED: readonly (readonly [what: string, name: unknown])[] = [
  ['is empty', ''],
  ['has more than 255 characters', 'x'.repeat(256)],
  ['has more than 255 characters, each an emoji', '🍣'.repeat(256)],
  ['contains a NUL', 'job\0'],
  ['is a NUL', '\0'],
  ['ends in half of a surrogate pair', 'job\ud83c'],
  ['contains the second half of a surrogate pair', 'j\udf63ob'],
  ['is undefined', undefined],
  ['is null', null],
  ['is a number', 42],
  ['is an object', { toString: () => 'job' }],
];

/** What is a name, and that no two names are one lock. */
export function naming(harness: () => Harness): void {
  describe('names', () => {
    it.each(ALIKE)('that differ by %s are different locks', async (_what, ...names) => {
      await expectApart(harness(), names);
    });

    it('of 255 characters are told apart by the last one', () => expectApart(harness(), LONG));

    it('are told apart around the length of the key', () => expectApart(harness(), AROUND_THE_KEY));

    it("are told apart from another name's key", async () => {
      const other = `Key of ${fresh()}`;
      await new Contender(harness().store, other).granted();
      const row = await harness().row(other);
      const key = (row as { lock_key?: string } | undefined)?.lock_key ?? other.toLowerCase();
      await expectApart(harness(), [key, key.toUpperCase()]);
    });

    it('come in one batch, however alike they look', async () => {
      const suffix = fresh();
      const names = ALIKE.flatMap(([, ...alike]) => alike).map((name) => `${suffix} ${name}`);
      const contenders = names.map((name) => new Contender(harness().store, name));
      const requests = contenders.map(({ request }) => request);
      const answers = await harness().store.acquire(requests, CALL_MS);
      expect(answers.filter((answer) => !answer.granted)).toEqual([]);
      const records = await harness().store.inspect(names, CALL_MS);
      expect(records.map((record) => record?.name)).toEqual(names);
    });
  });

  describe('an instance', () => {
    it.each([
      ['an emoji', 'höst 🍣#1'],
      ['quotes and escapes', `o'brien"\`\\' -- #1\n`],
      ['255 characters', '🍣'.repeat(255)],
      ['nothing', ''],
    ])('with %s in its label is told as it is', async (_what, instance) => {
      const name = fresh();
      await new Contender(harness().store, name, { instance }).granted();
      expect(await new Contender(harness().store, name).refused()).toMatchObject({
        record: { instance },
      });
      // Where an empty string is NULL, so is an empty label.
      expect((await harness().row(name))!.instance ?? '').toBe(instance);
    });
  });

  describe('a call', () => {
    it.each(REFUSED)('whose name %s is refused, and no store hears of it', async (_what, name) => {
      const locks = lockService(unreachable);
      const call = { name: name as string, ttlMs: TTL_MS };
      expect(() => lockRequest(call)).toThrow(InvalidLockNameError);
      await expect(locks.acquire(name as string)).rejects.toThrow(InvalidLockNameError);
      await expect(locks.run(name as string, () => 'ran')).rejects.toMatchObject({
        code: 'MARATHON_INVALID_NAME',
      });
    });

    it('that holds at least longer than its ttl is refused, and no store hears of it', async () => {
      const locks = lockService(unreachable);
      const options = { ttl: '10s', holdAtLeast: '10001ms' };
      await expect(locks.acquire('job', options)).rejects.toThrow(InvalidOptionError);
    });
  });
}

/** Takes each of the names, which fails if it is another's lock, and looks what is kept of it. */
async function expectApart(harness: Harness, names: readonly string[]): Promise<void> {
  const { store } = harness;
  const expected: object[] = [];
  for (const name of names) {
    const lease = new Contender(store, name);
    expect({ name, answer: await lease.acquire() }).toMatchObject({ answer: { granted: true } });
    expected.push({ name, instance: lease.request.instance, fence: lease.fence });
  }
  const again = names.map((name) => new Contender(store, name).request);
  expect(await store.acquire(again, CALL_MS)).toMatchObject(
    expected.map((record) => ({ granted: false, record })),
  );
  expect(await store.inspect(names, CALL_MS)).toMatchObject(expected);
  for (const [index, name] of names.entries()) {
    expect(await harness.row(name)).toMatchObject(expected[index]!);
  }
}

const unreachable = new Proxy({} as LockStore, {
  get: (_target, verb) => () => {
    throw new Error(`The store was asked to ${String(verb)}.`);
  },
});
