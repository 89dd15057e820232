import { describe, expect, it } from '@jest/globals';
import { judgeGrants } from './grants.js';
import { History, started, TTL_MS } from './history-builder.js';

const A = 'a';

describe('the oracle of grants (P1)', () => {
  it.each<[string, History]>([
    ['a grant in the very millisecond of the release', history().release(A, 1500).grant(A, 1500)],
    ['a grant in the very millisecond of the expiry', history().grant(A, 1000 + TTL_MS)],
    [
      'a grant by an instant that was rounded up, seen by a trigger that rounds down',
      history().grant(A, 2000, {}, 1999),
    ],
    ['a renewal in the last millisecond', history().renew(A, 1999).grant(A, 2999)],
    [
      'a renewal that was decided in time, and written after a wait for another row',
      history().renew(A, 1900, 2400).grant(A, 2900),
    ],
    ['a grant whose statement waited', history().release(A, 1500).grant(A, 1600, {}, 2400)],
    ['a grant whose lease was counted last', history().grant(A, 2000, { lockedUntil: 3004 }, 2004)],
    ['a grant once it was held for long enough', history().release(A, 1100, 1500).grant(A, 1500)],
    ['a release after the expiry', history().change(A, 2100, { releasedAt: 2100 }).grant(A, 2100)],
    ['a forced release', history().forceRelease(A, 1200).grant(A, 1300)],
    ['one that was asked for twice, done once', forced(asking(asking(history(), 1000), 1000))],
    [
      'a forced release of what was released, and is held for some time',
      history().release(A, 1100, 1500).forceRelease(A, 1200, { releasedAt: 1100 }).grant(A, 1201),
    ],
    ['a grant in a table that is new', history().drop(1100).grant(A, 1200)],
    [
      'a renewal whose instant was read after its condition',
      history().body(A, 1000, started(1000)).renew(A, 2001),
    ],
    ['a forced release that finds it over', history().forceRelease(A, 2500, { lockedUntil: 2000 })],
    ['a second name', history().grant('b', 1001)],
    [
      'a first grant that was refused for its clock',
      new History()
        .change(A, 900, { instance: 'ahead', fence: 0, lockedUntil: TTL_MS })
        .grant(A, 1000),
    ],
  ])('lets pass %s', (_, { evidence }) => {
    expect(judgeGrants(evidence).violations).toEqual([]);
  });

  it('lets a grant be asked for again after its expiry, by whom no reply had reached', () => {
    const { evidence } = history().renew(A, 2300).body(A, 1000, started(2299)).grant(A, 3300);
    const { figures, violations } = judgeGrants(evidence);
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ grants: 2, askedAgain: 1, renewals: 0 });
  });

  it('counts renewals, and what was force-released', () => {
    const { evidence } = history()
      .grant('b', 1000)
      .grant('b', 2000)
      .body(A, 1000, started(1000))
      .renew(A, 1500)
      .forceRelease(A, 1600);
    const { figures, judged } = judgeGrants(evidence);
    expect(figures).toEqual({ grants: 3, renewals: 1, askedAgain: 0, forceReleases: 1 });
    // A first grant of a name cannot be one too many.
    expect(judged).toBe(1);
  });

  it.each<[string, History]>([
    ['free at once', given(0).release(A, 1500)],
    ['free at its expiry', given(0).change(A, 2100, { releasedAt: 2100 })],
    ['held for as long as was asked for', given(700).release(A, 1500, 1700)],
    ['free at once after that time', given(300).release(A, 1500)],
  ])('wants what is given back to be %s', (_, { evidence }) => {
    expect(judgeGrants(evidence).violations).toEqual([]);
  });

  it.each<[string, History]>([
    ['held until its old expiry', given(0).release(A, 1500, 2000)],
    ['held for longer than was asked for', given(700).release(A, 1500, 1705)],
    ['free too early', given(700).release(A, 1500)],
  ])('catches what is given back, and is %s', (_, { evidence }) => {
    expect(judgeGrants(evidence).violations).toEqual([expect.stringMatching(/and kept until/)]);
  });

  it.each<[string, History, RegExp]>([
    ['a grant a millisecond too early', history().grant(A, 1999), /while on-1000.*had it until/],
    [
      'a grant by a clock ahead of the database',
      history().grant(A, 2100, {}, 1500),
      /while on-1000.*had it until/,
    ],
    [
      'a grant before it was held for long enough',
      history().release(A, 1100, 1500).grant(A, 1499),
      /while on-1000/,
    ],
    [
      'a grant after a renewal that it did not see',
      history().renew(A, 1800).grant(A, 2000),
      /while on-1000/,
    ],
    ['a grant after a deletion', history().delete(A, 1100).grant(A, 1200), /while on-1000[^]*/],
    ['a deletion', history().delete(A, 2500), /its row was deleted/],
    ['a grant from the future', new History().grant(A, 1002, {}, 1000), /in the future/],
    ['a long lease', new History().grant(A, 1000, { lockedUntil: 2002 }), /longer than its ttl/],
    ['a short lease', new History().grant(A, 1000, { lockedUntil: 1999 }), /less than its ttl/],
    ['a lease of nobody', new History().grant(A, 1000, { holder: null }), /granted to nobody/],
    [
      'a lease granted and released in one',
      new History().grant(A, 1000, { releasedAt: 1000 }),
      /granted and released/,
    ],
    [
      'a second grant to one holder',
      history().release(A, 1100).grant(A, 1200, { holder: 'holder-1000' }),
      /anew to the holder/,
    ],
    ['a long renewal', history().renew(A, 1702, 1700), /longer than its ttl/],
    [
      'a renewal after the expiry',
      history().body(A, 1000, started(1000)).renew(A, 2002),
      /after it had expired/,
    ],
    [
      'a renewal after the release',
      history().release(A, 1100).change(A, 1200, { lockedUntil: 2200 }),
      /renewed after its release/,
    ],
    [
      'a lease that comes back',
      history().release(A, 1100).change(A, 1200, { releasedAt: null }),
      /came back/,
    ],
    [
      'a release that is repeated',
      history().release(A, 1100).change(A, 1200, { releasedAt: 1200 }),
      /released twice/,
    ],
    [
      'a lease cut short',
      history().change(A, 1100, { lockedUntil: 1100 }),
      /shortened without a release/,
    ],
    ['a release that makes it longer', history().release(A, 1100, 2500), /a release made it/],
    [
      'a release without an owner',
      history().change(A, 1100, { releasedAt: 1100, lockedUntil: 1100, holder: null }),
      /lost its owner/,
    ],
    [
      'a forced release that keeps the fence',
      history().change(A, 1100, { releasedAt: 1100, lockedUntil: 1100, holder: 'hand' }),
      /holder changed, and its fence did not/,
    ],
    [
      'a forced release that makes it longer',
      history().forceRelease(A, 1100, { lockedUntil: 2100 }),
      /forced release made it longer/,
    ],
    ['a forced release that nobody asked for', forced(history()), /nobody had asked for/],
    [
      'a forced release of a newer grant than was named',
      forced(asking(history(), 1000).release(A, 1100).grant(A, 1150)),
      /from fence 1150, which nobody had asked for/,
    ],
    [
      'a forced release that was asked for later',
      asking(forced(history()), 1000, 1230),
      /nobody had asked for/,
    ],
    [
      'a release that changes the fence',
      history().forceRelease(A, 1100, { holder: 'holder-1000', fence: 0 }),
      /by its own holder/,
    ],
    ['another instance', history().change(A, 1100, { instance: 'b' }), /its instance changed/],
    [
      'another instant of the grant',
      history().change(A, 1100, { acquiredAt: 1100, lockedUntil: 2100 }),
      /instant of its grant changed/,
    ],
  ])('catches %s', (_, { evidence }, sentence) => {
    expect(judgeGrants(evidence).violations).toContainEqual(expect.stringMatching(sentence));
  });

  it('catches a change that the history does not have', () => {
    const { evidence } = history().release(A, 1100).grant(A, 1200);
    const changes = evidence.changes.filter(({ id }) => id !== 2);
    const { violations } = judgeGrants({ ...evidence, changes });
    expect(violations).toContainEqual(expect.stringMatching(/history does not have/));
  });

  it('compares a grant with the history, whatever it says was before', () => {
    const { evidence } = history().grant(A, 1500);
    const changes = evidence.changes.map((change) =>
      change.before ? { ...change, before: { ...change.before, lockedUntil: 1400 } } : change,
    );
    const { violations } = judgeGrants({ ...evidence, changes });
    expect(violations).toContainEqual(expect.stringMatching(/while on-1000/));
  });
});

/** One name, granted at 1000. */
/** Whose body was to hold it for so long at least. */
function given(holdMs: number): History {
  return history().body(A, 1000, started(1000, false, holdMs));
}

function history(): History {
  return new History().grant(A, 1000);
}

/** Somebody is about to end a grant by force. */
function asking(made: History, fence: number, at = 1190): History {
  return made.journal({ what: 'forcing', instance: 'operator', name: A, fence, at });
}

/** A forced release, whoever asked for it. */
function forced(made: History): History {
  return made.change(A, 1200, { holder: null, fence: 1200, releasedAt: 1200, lockedUntil: 1200 });
}
