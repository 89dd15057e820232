import { endurance } from './rows/endurance.mjs';
import { growth } from './rows/growth.mjs';
import { idle, METHODS } from './rows/idle.mjs';
import { importTime } from './rows/import.mjs';
import { lone } from './rows/lone.mjs';
import { loneCall } from './rows/lone-call.mjs';
import { neighbours } from './rows/neighbours.mjs';
import { ownTime } from './rows/own-time.mjs';
import { race } from './rows/race.mjs';
import { statements } from './rows/statements.mjs';
import { WAVE, wave } from './rows/wave.mjs';
import { plotEndurance, plotGrowth, plotProfile } from './report/plots.mjs';
import { words } from './report/words.mjs';

const OURS = 'nestjs-marathon';
const SERVERS = { postgres: 'PostgreSQL', mariadb: 'MariaDB', sqlite: 'SQLite', redis: 'Redis' };

/**
 * What is measured, in the order of the table. `aim` is what was meant to be reached before anything
 * was measured; `run` says what was, and `plot` draws what it says is to be `plotted`.
 */
export const sections = [
  ...['postgres', 'mariadb', 'sqlite'].map(statementsOf),
  loneOf('pair', 'postgres', '≤ 1.15 × raw, prepared; below raw'),
  loneOf('pair', 'mariadb', 'near its raw floor'),
  loneOf('pair', 'sqlite', 'near its raw floor'),
  loneOf('pair', 'redis', '–'),
  loneOf('skip', 'postgres', '≤ 1.5 × `SELECT 1`'),
  loneOf('skip', 'mariadb', 'near its raw floor'),
  loneOf('skip', 'sqlite', 'near its raw floor'),
  loneOf('skip', 'redis', '–'),
  waveOf('postgres', '≥ 6 × raw, one by one; more than Redis’ packages'),
  waveOf('redis', '–'),
  waveOf('mariadb', 'more than raw'),
  waveOf('sqlite', 'more than raw'),
  raceOf('postgres', '64 statements, faster than raw'),
  raceOf('redis', '–'),
  {
    id: 'neighbours',
    on: 'postgres',
    what: `${WAVE} names at once, the row of one locked by a stranger`,
    aim: 'the others wait for one statement',
    async run(server) {
      const { othersMs } = await neighbours(server);
      return {
        ours: `the other ${WAVE - 1} after ${Math.round(othersMs)} ms`,
        beside: 'the server ends the wait of a statement for a row after 2,500 ms',
      };
    },
  },
  {
    id: 'lone-call',
    on: 'postgres',
    what: 'a lone call, as a batch of one',
    aim: 'no latency that can be noticed',
    async run(server) {
      const { direct, coalesced } = await loneCall(server);
      return {
        ours: `${words.us(coalesced.us)}, ${words.times(coalesced.over(direct))} without batches`,
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
      const ours = `skip ${words.us(skip.us)}, pair ${words.us(pair.us)}`;
      return { ours, beside: '–', plotted: profile };
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
        beside: 'over as many crons without the decorator',
      };
    },
  },
  {
    id: 'import',
    what: 'import of the root entry',
    aim: '≤ 20 ms',
    async run() {
      return { ours: `${(await importTime()).toFixed(1)} ms`, beside: 'over Nest and TypeORM' };
    },
  },
  {
    id: 'endurance',
    on: 'postgres',
    what: '1,000,000 cycles over 100 names',
    aim: 'table and index stay as large, HOT ≥ 99 %',
    async run(server) {
      const { looks, hot, seconds } = await endurance(server);
      const { table, index } = looks.at(-1);
      return {
        ours: `table ${words.bytes(table)}, index ${words.bytes(index)}, HOT ${(hot * 100).toFixed(2)} %`,
        beside: `after the first 50,000: ${words.bytes(looks[0].table)}, ${words.bytes(looks[0].index)}; ${Math.round(seconds)} s in all`,
        plotted: looks,
      };
    },
    plot: plotEndurance,
  },
  {
    id: 'growth',
    on: 'postgres',
    what: 'second zero: names × instances',
    aim: 'statements = instances (of up to 1,000 names each)',
    async run(server) {
      const points = await growth(server);
      const told = ({ instances, names, ms, statements: sent }) =>
        `${names.toLocaleString('en')} × ${instances.toLocaleString('en')}: ${Math.round(ms)} ms, statements: ${sent.toLocaleString('en')}`;
      return { ours: points.map(told).join('<br>'), beside: '–', plotted: points };
    },
    plot: plotGrowth,
  },
];

function statementsOf(on) {
  return {
    id: `statements-${on}`,
    on,
    what: `statements of acquire, skip, renew, release; ${SERVERS[on]}`,
    aim: on === 'postgres' ? '1, 1, 1, 1 for any number of names' : '1 or 2 each',
    async run(server) {
      const told = ({ acquire, skip, renew, release }) =>
        [acquire, skip, renew, release].join(', ');
      const [one, many] = [await statements(on, server, 1), await statements(on, server, 500)];
      return { ours: `1 name: ${told(one)}<br>500 names: ${told(many)}`, beside: '–' };
    },
  };
}

function loneOf(kind, on, aim) {
  const what = { pair: 'acquire + release', skip: 'skip' }[kind];
  return {
    id: `${kind}-${on}`,
    on,
    what: `${what}, one name, ${SERVERS[on]}`,
    aim,
    async run(server) {
      const measured = Object.entries(await lone(kind, on, server));
      const [[, base]] = measured;
      const raws = measured.filter(([title]) => title.startsWith('raw'));
      return {
        ours: oursOf(measured, (us) => {
          const over = [...new Set([measured[0], ...raws])];
          return [
            words.us(us.us),
            ...over.map(([title, it]) => `${words.times(us.over(it))} ${title}`),
          ].join('<br>');
        }),
        beside: besideOf(measured, (it) => `${words.us(it.us)} (${words.times(it.over(base))})`),
      };
    },
  };
}

function waveOf(on, aim) {
  return {
    id: `wave-${on}`,
    on,
    what: `${WAVE} names at once, acquire + release, ${SERVERS[on]}`,
    aim,
    async run(server) {
      const measured = Object.entries(await wave(on, server));
      const [[title, base]] = measured;
      const rate = (it) => `${words.perSecond(it.us, WAVE)} names/s`;
      return {
        ours: oursOf(measured, (it) => `${rate(it)}<br>${words.times(base.over(it))} ${title}`),
        beside: besideOf(measured, rate),
      };
    },
  };
}

function raceOf(on, aim) {
  return {
    id: `race-${on}`,
    on,
    what: `${WAVE} stores, one name, ${SERVERS[on]}`,
    aim,
    async run(server) {
      const measured = Object.entries(await race(on, server));
      const told = ({ time, statements: sent }) => `${words.us(time.us)}, ${sent} statements`;
      return { ours: oursOf(measured, told), beside: besideOf(measured, told) };
    },
  };
}

function oursOf(measured, told) {
  const found = measured.find(([title]) => title === OURS);
  return found ? told(found[1]) : '–';
}

function besideOf(measured, told) {
  return measured
    .filter(([title]) => title !== OURS)
    .map(([title, it]) => `${title}: ${told(it)}`)
    .join('<br>');
}
