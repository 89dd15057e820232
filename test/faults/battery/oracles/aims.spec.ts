import { expect, it } from '@jest/globals';
import { aims } from './aims.js';
import { History } from './history-builder.js';

const MISSED = { aimed: 1, hit: 0 };
const A = { name: 'a', fence: 1000 };

it.each<[string, History, { aimed: number; hit: number }]>([
  ['its holder', new History().grant('a', 1000), { aimed: 1, hit: 1 }],
  [
    'it before its release',
    new History().grant('a', 1000).release('a', 1501),
    { aimed: 1, hit: 1 },
  ],
  ['who had just given it back', new History().grant('a', 1000).release('a', 1499), MISSED],
  ['what had expired', new History().grant('a', 1000, { lockedUntil: 1500 }), MISSED],
  ['what was taken by force', new History().grant('a', 1000).forceRelease('a', 1400), MISSED],
])('a fault that was aimed hits %s, or it does not', (_, history, expected) => {
  expect(aims(history.fault('SIGSTOP', 1500, 2500, { aimedAt: A }).evidence)).toEqual(expected);
});

it('a fault that was not aimed counts as neither', () => {
  const { evidence } = new History().grant('a', 1000).fault('SIGSTOP', 1500, 2500);
  expect(aims(evidence)).toEqual({ aimed: 0, hit: 0 });
});
