import { describe, expect, it } from '@jest/globals';
import { aborted, ended, History, started, wrote } from './history-builder.js';
import { report } from './report.js';
import { verdictOn } from './verdict.js';

const EMPTY = new History().evidence;

describe('a verdict', () => {
  it('is clean where each oracle had something to judge, and found nothing', () => {
    const verdict = verdictOn(battery().evidence);
    expect(verdict).toMatchObject({
      isClean: true,
      faults: 3,
      aimed: 1,
      hit: 1,
      faultsByKind: { SIGKILL: { tried: 1, done: 1 }, restart: { tried: 2, done: 2 } },
      nothingToJudge: [],
      violations: [],
    });
  });

  it('names what broke a promise', () => {
    const { isClean, violations } = verdictOn(battery().grant('cron', 4600).evidence);
    expect(isClean).toBe(false);
    expect(violations).toContainEqual(expect.stringMatching(/^P1 grants: 'cron' \(fence 4600\)/));
    expect(violations).toContainEqual(expect.stringMatching(/^P5 ticks: /));
  });

  it('is not clean where there was nothing to judge, and says where', () => {
    expect(verdictOn(EMPTY)).toMatchObject({ isClean: false, violations: [] });
    expect(verdictOn(EMPTY).nothingToJudge).toHaveLength(16);
    const { isClean, nothingToJudge } = verdictOn({ ...battery().evidence, lives: [] });
    expect(isClean).toBe(false);
    expect(nothingToJudge).toEqual(['P4 takeovers']);
  });

  it('counts races apart', () => {
    const { evidence } = battery().fault('race of 50', 4006, 4010, { on: 'race' });
    expect(verdictOn(evidence)).toMatchObject({ isClean: true, faults: 3, races: 1 });
  });

  it('is not clean where a kind of faults is never done, and says which', () => {
    const never = verdictOn(battery().tried('disk full', 0).tried('read-only', 1).evidence);
    expect(never).toMatchObject({ isClean: false, neverDone: ['disk full', 'read-only'] });
    expect(never.faultsByKind['read-only']).toEqual({ tried: 1, done: 0 });
    expect(report('postgres', never)).toMatch(/^never done: disk full\nnever done: read-only$/m);
    const once = battery().tried('disk full', 4).fault('disk full', 2900, 2950);
    expect(verdictOn(once.evidence)).toMatchObject({ isClean: true, neverDone: [] });
  });

  it('asks nothing about deadlocks where the database has none', () => {
    const verdict = verdictOn({ ...battery().evidence, deadlocks: undefined });
    expect(verdict).toMatchObject({ isClean: true, nothingToJudge: [] });
    expect(report('sqlite', verdict)).not.toMatch(/deadlocks/);
  });

  it('is written in whole milliseconds', () => {
    const { evidence } = battery();
    const lives = evidence.lives.map((life) => ({ ...life, diedAt: (life.diedAt ?? 0) + 0.75 }));
    const text = report('postgres', verdictOn({ ...evidence, lives }));
    expect(text).toMatch(/P4 takeovers: slowest, ms +699$/m);
  });

  it('is written as JSON and as a table, with what an n without violations bounds', () => {
    const clean = verdictOn(battery().evidence);
    expect(JSON.parse(JSON.stringify(clean))).toEqual(clean);
    const text = report('postgres', clean);
    expect(text).toMatch(/^ +postgres$/m);
    expect(text).toMatch(/^verdict +clean$/m);
    expect(text).toMatch(/^P2 fences +0 in 7, < 50 %$/m);
    expect(text).toMatch(/^ {2}P4 takeovers: slowest, ms +700$/m);
    expect(text).toMatch(/^ {2}SIGKILL +1 \/ 1$/m);
    const broken = report('sqlite', verdictOn(battery().grant('cron', 4600).evidence));
    expect(broken).toMatch(/^verdict +NOT CLEAN$/m);
    expect(broken).toMatch(/^P1 grants +1 in 3$/m);
    expect(report('nothing', verdictOn(EMPTY))).toMatch(/^nothing to judge for P3 fenced writes$/m);
  });
});

/** All that there is to judge: a cron, a death, a takeover, a signal, a fenced write, a row lock. */
function battery(): History {
  return new History()
    .grant('cron', 1000, { lastTick: 1000 })
    .body('cron', 1000, started(1000, true))
    .fault('SIGKILL', 1500, 1500, { instance: 'on-1000', aimedAt: { name: 'cron', fence: 1000 } })
    .death('on-1000', 1500)
    .grant('third', 1450)
    .body('third', 1450, started(1450), ended(1451))
    .release('third', 1452)
    .grant('fourth', 1900)
    .body('fourth', 1900, started(1900), ended(1901))
    .release('fourth', 1902)
    .grant('cron', 2200, { lastTick: 2000 })
    .body(
      'cron',
      2200,
      started(2200, true),
      aborted(3000),
      { what: 'lost', at: 4001, cause: 'refused' },
      wrote('fenced', 4001, 'lost'),
      ended(4001),
    )
    .fault('restart', 2500, 2600)
    .rowLock('cron', 3500, 3990)
    .fault('restart', 2700, 2800)
    .grant('cron', 4000, { lastTick: 4000 })
    .body('cron', 4000, started(4001, true), wrote('fenced', 4002), ended(4003))
    .fencedWrite('cron', 4000)
    .counter('cron', 'fenced', 1)
    .grant('other', 4005)
    .body('other', 4005, started(4005))
    .raced('race:1', 4006, 4010, 0, 1)
    .told('cron', 'on-1000', 2150, 2250, 'held')
    .told('batch:1', 'one', 4010, 4020, 'held')
    .told('batch:1', 'other', 4015, 4025, 'held')
    .grant('batch:1', 4010)
    .failed('batch:1', 'on-4010', 4000, 4100)
    .release('other', 4500)
    .body('other', 4005, ended(4500))
    .calm(4000, 5000, 'one');
}
