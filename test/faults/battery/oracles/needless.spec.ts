import { describe, expect, it } from '@jest/globals';
import { History, started, wrote } from './history-builder.js';
import { judgeNeedless } from './needless.js';

const HOLDER = 'on-1000';
const CALLER = 'w1';

describe('the oracle of needless losses and failures', () => {
  it.each<[string, History]>([
    ['a fault of its instance', lost().fault('silent', 1100, 1700, { instance: HOLDER })],
    ['an outage', lost().fault('restart', 1100, 1200)],
    ['a row that a stranger had locked', lost().rowLock('b', 1100, 1700)],
    [
      'a slow transaction of an application',
      lost().body('b', 2, wrote('fenced', 1900, 'committed', 1300)),
    ],
    ['a connection that ended', lost().cut(HOLDER, 1400)],
    ['a stall', lost().stalled(HOLDER, 1300, 1700)],
    ['clocks at a wrong speed', lost().life({ instance: HOLDER, speed: 2 })],
  ])('lets a holder lose its lease by its own deadline, by %s', (_, { evidence }) => {
    expect(judgeNeedless(evidence)).toMatchObject({ judged: 1, violations: [] });
  });

  it.each<[string, History]>([
    ['without a trouble', lost()],
    ['beside a trouble of another', lost().fault('silent', 1100, 1700, { instance: 'w2' })],
    ['long after a trouble', lost().fault('silent', -2000, -1300, { instance: HOLDER })],
    ['before a trouble', lost().cut(HOLDER, 1801)],
    ['beside a quick transaction', lost().body('b', 2, wrote('fenced', 1500, 'committed', 1300))],
    [
      'by what is harmless',
      lost().fault('pool saturated', 1100, 1700, { instance: HOLDER, harmless: true }),
    ],
  ])('catches a holder who loses its lease %s', (_, { evidence }) => {
    expect(judgeNeedless(evidence).violations).toEqual([
      expect.stringMatching(/^on-1000 lost 'a' \(fence 1000\).*without a trouble/),
    ]);
  });

  it('judges no other losses', () => {
    const { evidence } = lost('max-runtime').body('a', 1000, {
      what: 'lost',
      at: 1,
      cause: 'refused',
    });
    expect(judgeNeedless(evidence)).toMatchObject({ judged: 0, violations: [] });
  });

  it('lets a call fail in a trouble, and catches it without one', () => {
    const failed = (): History => new History().failed('a', CALLER, 1000, 1900);
    const excused = judgeNeedless(failed().cut(CALLER, 1500).evidence);
    expect(excused).toMatchObject({ judged: 1, violations: [], figures: { failures: 1 } });
    expect(judgeNeedless(failed().evidence).violations).toEqual([
      expect.stringMatching(/^w1 asked for 'a'.*was told 'LockStoreError', without a trouble/),
    ]);
  });

  it('takes for no failure that a body was told to stop, nor that an instance is closing', () => {
    const call = { what: 'told', name: 'a', instance: CALLER, since: 1000, at: 1900 } as const;
    const line = { ...call, waitMs: 0 };
    const { evidence } = new History()
      .journal({ ...line, outcome: 'failed', reason: 'AbortError' })
      .journal({ ...line, outcome: 'skipped', reason: 'closing' })
      .journal({ ...line, outcome: 'failed', reason: 'MarathonClosingError' })
      .journal({ ...line, outcome: 'skipped', reason: 'held' });
    expect(judgeNeedless(evidence)).toMatchObject({ judged: 0, violations: [] });
  });
});

/** Granted at 1000, and given up by its holder at 1800. */
function lost(cause = 'deadline'): History {
  const line = { what: 'lost', at: 1800, cause } as const;
  return new History().grant('a', 1000).body('a', 1000, started(1001), line);
}
