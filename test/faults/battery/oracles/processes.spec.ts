import { describe, expect, it } from '@jest/globals';
import { History } from './history-builder.js';
import { judgeProcesses } from './processes.js';

describe('the oracle of processes', () => {
  it('lets pass who ends as it is asked to, and has an answer in the end', () => {
    const { evidence } = calm()
      .death('w1.1', 900)
      .death('w1.2', 9000, 'SIGTERM')
      .told('a', 'w1.2', 5000, 5100, 'held');
    expect(judgeProcesses(evidence)).toEqual({
      judged: 1,
      violations: [],
      figures: { refusedStarts: 0, terminated: 1, killed: 1, answered: 1 },
    });
  });

  it('lets a start be refused while the database is away', () => {
    const { evidence } = refused().fault('restart', 500, 1100);
    expect(judgeProcesses(evidence)).toMatchObject({
      violations: [],
      figures: { refusedStarts: 1 },
    });
  });

  it.each<[string, History, RegExp]>([
    ['ends by itself', ended('end', '1'), /^w1.1 ended by itself, with 1:\noh/],
    ['cannot start', refused(), /^w1.1 could not start without a fault of the database:\noh/],
    ['cannot start long after one', refused().fault('restart', 500, 999), /^w1.1 could not start/],
    ['heeds no SIGTERM', ended('SIGTERM', 'SIGKILL'), /^w1.1 ended with SIGKILL after SIGTERM/],
    ['ends badly', ended('SIGTERM', '1'), /^w1.1 ended with 1 after SIGTERM/],
    ['has no answer', calm(), /^w1.2 had no answer/],
    ['had its answer before', calm().told('a', 'w1.2', 4000, 4900), /^w1.2 had no answer/],
    [
      'has an answer that is none of the database',
      calm().told('a', 'w1.2', 5000, 5100, 'store-error').failed('a', 'w1.2', 5000, 5200),
      /^w1.2 had no answer/,
    ],
  ])('catches one that %s', (_, { evidence }, sentence) => {
    expect(judgeProcesses(evidence).violations).toEqual([expect.stringMatching(sentence)]);
  });
});

/** In which the second process of a place was there. */
function calm(): History {
  return new History().calm(5000, 6000, 'w1.2');
}

function ended(how: 'end' | 'SIGTERM', exit: string): History {
  return new History().life({ instance: 'w1.1', how, exit, diedAt: 2000, said: 'oh' });
}

function refused(): History {
  const life = { instance: 'w1.1', startedAt: 1000, diedAt: 2000, said: 'oh', exit: '86' };
  return new History().life({ ...life, how: 'refused' });
}
