import { battery, model, simulation, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const ATTEMPTS = 'lib/core/attempts.ts';

/** Mutants of how a name is taken. */
export const attemptMutants: readonly Mutant[] = [
  {
    id: 'retry-with-a-new-owner',
    wrong:
      'An acquire whose reply was lost is repeated as somebody else, whom its own grant refuses.',
    edits: [
      {
        file: ATTEMPTS,
        find: 'await this.#poll({ name, owner, instance, ttlMs, tick }, request);',
        replace: 'await this.#poll(ask, request);',
      },
      {
        file: ATTEMPTS,
        find: 'const owner = this.#clock.owner();',
        replace: `const ask = {
      ...{ name, instance: this.#leaseParts.instance, ttlMs, tick },
      owner: this.#clock.owner(),
    };`,
      },
      { file: ATTEMPTS, find: 'const { instance } = this.#leaseParts;\n', replace: '' },
      {
        file: ATTEMPTS,
        find: '{ ...answer, owner, sent }',
        replace: '{ ...answer, owner: ask.owner, sent }',
      },
      {
        file: ATTEMPTS,
        find: `uncertain ||= error.outcome === 'unknown';`,
        replace: `uncertain ||= error.outcome === 'unknown';
        Object.assign(request, { owner: this.#clock.owner() });`,
      },
    ],
    killers: [simulation('result', 'liveness')],
  },
  {
    id: 'late-grant-kept',
    wrong: 'A grant whose reply came after its deadline starts a body all the same.',
    edits: [{ file: ATTEMPTS, find: ' || lease.trustedMs <= 0) {', replace: ') {' }],
    killers: [simulation('P6', 'overlap')],
  },
  {
    id: 'aborted-caller-ignored',
    wrong: 'A body is started for a caller that gave up while the name was being taken.',
    edits: [{ file: ATTEMPTS, find: '|| signal?.aborted ||', replace: '||' }],
    killers: [simulation('result'), model],
  },
  {
    id: 'no-courtesy-release',
    wrong: 'What was granted without the holder ever learning of it stays taken for a whole ttl.',
    edits: [
      {
        file: ATTEMPTS,
        find: `uncertain ||= error.outcome === 'unknown';`,
        replace: 'uncertain ||= false;',
      },
    ],
    killers: [
      simulation('leftovers'),
      spec('test/unit/core/single-run', 'releases by its owner when it never learns the outcome'),
    ],
  },
  {
    id: 'wait-that-asks-once',
    wrong: 'A caller that waits is told that the name is held, and is not heard of again.',
    edits: [
      {
        file: 'lib/core/waiting-room.ts',
        find: 'if (isOver || isFinal(answer)) return answer;',
        replace: 'if (isOver || isFinal(answer) || !isOver) return answer;',
      },
    ],
    killers: [simulation('result', 'liveness'), model],
  },
  {
    id: 'nobody-nudged',
    wrong: 'A name that was given back is left to whoever of its waiters happens to ask next.',
    edits: [
      {
        file: 'lib/core/waiting-room.ts',
        find: 'this.#queues.get(name)?.[0]?.nudge();',
        replace: 'this.#queues.get(name);',
      },
    ],
    killers: [simulation('liveness')],
  },
  {
    id: 'name-twice-in-a-batch',
    wrong: 'Two calls of one name go out in one batch, of which a database decides one.',
    edits: [
      {
        file: 'lib/core/coalescer.ts',
        find: 'if (batch.size < LARGEST_BATCH && !batch.has(name)) batch.set(name, call);',
        replace: 'if (batch.size < LARGEST_BATCH) batch.set(`${batch.size} ${name}`, call);',
      },
    ],
    killers: [
      simulation('batch'),
      spec('test/unit/core/coalescer', 'puts a second call of a name into the next batch'),
    ],
  },
  {
    id: 'unwanted-call-sent',
    wrong: 'A call that was ended while it waited for the connection is sent: a grant to nobody.',
    edits: [
      {
        file: 'lib/core/coalescer.ts',
        find: 'this.#waiting.filter(isStillWanted)',
        replace: 'this.#waiting.filter(() => Boolean(isStillWanted))',
      },
    ],
    killers: [
      spec(
        'test/unit/core/shutdown',
        'a call is not asked for that still waits for the connection',
      ),
    ],
  },
  {
    id: 'unwanted-member-resent',
    wrong: 'A call that was ended while a refused batch is sent member by member is sent as well.',
    edits: [
      {
        file: 'lib/core/coalescer.ts',
        find: 'if (!isStillWanted(member)) continue;',
        replace: '',
      },
    ],
    killers: [spec('test/unit/core/coalescer', 'no member alone that is not wanted')],
  },
  {
    id: 'retries-in-the-batch',
    wrong: 'A slow name that is asked for again holds up, in their batch, those who did nothing.',
    edits: [
      {
        file: 'lib/core/coalescer.ts',
        find: 'if (this.#isSuspect(name)) suspects.push(call);\n      else if',
        replace: 'if',
      },
    ],
    killers: [spec('test/unit/core/coalescer', 'behind the others and alone')],
  },
  {
    id: 'tick-skew-ignored',
    wrong: 'An instance two hours ahead takes the ticks of two hours, and the fleet stands still.',
    edits: [
      {
        file: 'lib/core/lock-request.ts',
        find: 'notBeforeAt: tick.at - Math.max(LEAST_SKEW_MS, halfPeriodMs)',
        replace: 'notBeforeAt: Math.min(0, LEAST_SKEW_MS + halfPeriodMs)',
      },
    ],
    killers: [simulation('P5'), battery('postgres', 'wall', 'P5 ticks')],
  },
];
