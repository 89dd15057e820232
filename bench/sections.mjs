import { pairOf, raceOf, skipOf, statementsOf, waveOf } from './contests.mjs';
import { endurance } from './rows/endurance.mjs';
import { growth } from './rows/growth.mjs';
import { idle, METHODS } from './rows/idle.mjs';
import { importTime } from './rows/import.mjs';
import { loneCall } from './rows/lone-call.mjs';
import { neighbours } from './rows/neighbours.mjs';
import { ownTime } from './rows/own-time.mjs';
import { walOfASkip } from './rows/wal.mjs';
import { WAVE } from './rows/wave.mjs';
import { plotEndurance, plotGrowth, plotProfile } from './report/plots.mjs';
import { words } from './report/words.mjs';

/**
 * What is measured, in the order of the table, `on` a server, and perhaps `also` on another one. `aim`
 * is what is to be reached; `run` says what was, whether the aim is `met`, and `plot` draws what is
 * `plotted`.
 */
export const sections = [
  ...['postgres', 'mariadb', 'sqlite'].map(statementsOf),
  ...['postgres', 'mariadb', 'sqlite', 'redis'].map(pairOf),
  ...['postgres', 'mariadb', 'sqlite', 'redis'].map(skipOf),
  {
    id: 'wal',
    on: 'postgres',
    what: 'what a skip adds to the write-ahead log, PostgreSQL',
    aim: 'nothing',
    async run(server) {
      const { 'nestjs-marathon': ours, ...others } = await walOfASkip(server);
      const told = Object.entries(others).map(([title, bytes]) => `${title}: ${bytes} bytes`);
      return { ours: `${ours} bytes`, met: ours === 0, beside: told.join('<br>') };
    },
  },
  ...['postgres', 'mariadb', 'sqlite'].map(waveOf),
  ...['postgres', 'redis'].map(raceOf),
  {
    id: 'neighbours',
    on: 'postgres',
    what: `${WAVE} names at once, the row of one locked by a stranger`,
    // One statement waits for a row for 2.5 s, and one of the slow name alone for 0.1 s.
    aim: 'the others ≤ 3 s; calls that come later ≤ 0.2 s',
    async run(server) {
      const { othersMs, laterMs } = await neighbours(server);
      return {
        ours: `the other ${WAVE - 1} after ${Math.round(othersMs)} ms<br>calls that come later, while the slow one is tried again: at most ${Math.round(laterMs)} ms`,
        met: othersMs <= 3000 && laterMs <= 200,
      };
    },
  },
  {
    id: 'lone-call',
    on: 'postgres',
    what: 'a skip, one name, as a batch of one',
    aim: '≤ 1.1 × without batches',
    async run(server) {
      const { direct, coalesced } = await loneCall(server);
      return {
        ours: `${words.us(coalesced.us)}<br>${words.over(coalesced, direct)} without batches`,
        met: coalesced.over(direct) <= 1.1,
        beside: `without batches: ${words.us(direct.us)}`,
      };
    },
  },
  {
    id: 'own-time',
    what: 'the library’s own time, locks in memory',
    aim: '≤ 50 µs each',
    async run() {
      const { skip, pair, profile } = await ownTime();
      return {
        ours: `the fire of a cron that is a skip: ${words.us(skip.us)}<br>a call that takes the name and gives it back: ${words.us(pair.us)}`,
        met: Math.max(skip.us, pair.us) <= 50,
        plotted: profile,
      };
    },
    plot: plotProfile,
  },
  {
    id: 'idle',
    on: 'postgres',
    what: `${METHODS.toLocaleString('en')} decorated crons, nothing held`,
    aim: 'no timer, no query, ≤ 2 KiB and ≤ 1 ms at start each',
    async run(server) {
      const { bytesEach, bootMsEach, timers, statements: sent } = await idle(server);
      return {
        ours: `${timers} timers, ${sent} queries, ${words.bytes(bytesEach)} and ${bootMsEach.toFixed(2)} ms each`,
        met: timers === 0 && sent === 0 && bytesEach <= 2048 && bootMsEach <= 1,
        beside: 'more than as many crons without the decorator',
      };
    },
  },
  {
    id: 'import',
    what: 'import of the root entry',
    aim: '≤ 20 ms',
    async run() {
      const ms = await importTime();
      return { ours: `${ms.toFixed(1)} ms`, met: ms <= 20, beside: 'more than Nest and TypeORM' };
    },
  },
  {
    id: 'endurance',
    on: 'postgres',
    what: '1,000,000 cycles over 100 names',
    aim: 'table and index stay as large, HOT ≥ 99 %',
    async run(server) {
      const { looks, hot, seconds } = await endurance(server);
      const [first, last] = [looks[0], looks.at(-1)];
      const told = ({ table, index }) => `table ${words.bytes(table)}, index ${words.bytes(index)}`;
      return {
        ours: `${told(last)}, HOT ${(hot * 100).toFixed(2)} %, in ${Math.round(seconds)} s`,
        met: last.table <= first.table && last.index <= first.index && hot >= 0.99,
        beside: `after the first 50,000: ${told(first)}`,
        plotted: looks,
      };
    },
    plot: plotEndurance,
  },
  {
    id: 'growth',
    on: 'postgres',
    what: 'second zero: names × instances',
    aim: 'one statement an instance and 1,000 names',
    async run(server) {
      const points = await growth(server);
      const told = ({ instances, names, ms, statements: sent }) =>
        `${names.toLocaleString('en')} × ${instances.toLocaleString('en')}: ${Math.round(ms)} ms, ${sent.toLocaleString('en')} statement${sent > 1 ? 's' : ''}`;
      return {
        ours: points.map(told).join('<br>'),
        met: points.every((it) => it.statements === it.instances * Math.ceil(it.names / 1000)),
        plotted: points,
      };
    },
    plot: plotGrowth,
  },
];
