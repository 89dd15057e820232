import { describe, expect, it } from '@jest/globals';
import { ended, History, started } from './history-builder.js';
import { judgeReleases } from './releases.js';

const HOLDER = 'on-1000';

describe('the oracle of releases', () => {
  it('judges what was given back, and by whom of those that were asked to end', () => {
    const { evidence } = body()
      .release('a', 1301)
      .life({ instance: HOLDER, how: 'SIGTERM', diedAt: 2000, order: 'x' });
    expect(judgeReleases(evidence)).toEqual({
      judged: 1,
      violations: [],
      figures: { terminated: 1, orders: 1, excused: 0 },
    });
  });

  it.each<[string, History]>([
    ['in a trouble', body().fault('silent', 1200, 1400, { instance: HOLDER })],
    ['after a kill', body().fault('SIGKILL', 1301, 2500, { instance: HOLDER })],
    ['while the database is away', body().fault('restart', 1400, 1500)],
  ])('excuses a lease that is not given back %s', (_, { evidence }) => {
    expect(judgeReleases(evidence)).toMatchObject({ violations: [], figures: { excused: 1 } });
  });

  it.each<[string, History]>([
    ['that was lost', body().body('a', 1000, { what: 'lost', at: 1200, cause: 'refused' })],
    ['that was over', new History().grant('a', 1000).body('a', 1000, started(1001), ended(2100))],
    ['that was taken by force', body().forceRelease('a', 1400)],
    ['whose table was dropped', body().drop(1400)],
    ['whose body still runs', new History().grant('a', 1000).body('a', 1000, started(1001))],
    ['of a race', new History().grant('race:1', 1000).body('race:1', 1000, ended(1001))],
  ])('does not judge a lease %s', (_, { evidence }) => {
    expect(judgeReleases(evidence)).toMatchObject({ judged: 0, violations: [] });
  });

  it.each<[string, History]>([
    ['without a trouble', body()],
    ['and somebody had to wait for', body().grant('a', 2100)],
    [
      'by one that was asked to end, and closed its connections first',
      body().cut(HOLDER, 1290).death(HOLDER, 1400, 'SIGTERM'),
    ],
    [
      'in what is harmless',
      body().fault('SIGTERM', 1200, 2000, { instance: HOLDER, harmless: true }),
    ],
    ['in a trouble of another', body().cut('w2', 1400)],
  ])('catches a lease that is not given back %s', (_, { evidence }) => {
    expect(judgeReleases(evidence).violations).toEqual([
      expect.stringMatching(/^'a' \(fence 1000\) of on-1000 was not given back/),
    ]);
  });
});

/** Whose lease would have gone on until 2000. */
function body(): History {
  return new History().grant('a', 1000).body('a', 1000, started(1001), ended(1300));
}
