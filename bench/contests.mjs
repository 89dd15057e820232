import { contestants } from './contestants/index.mjs';
import { lone } from './rows/lone.mjs';
import { race } from './rows/race.mjs';
import { statements } from './rows/statements.mjs';
import { WAVE, wave } from './rows/wave.mjs';
import { words } from './report/words.mjs';

const OURS = 'nestjs-marathon';
const SERVERS = { postgres: 'PostgreSQL', mariadb: 'MariaDB', sqlite: 'SQLite', redis: 'Redis' };
/** The raw lock whose statements the server keeps prepared, and the one that sends them in full. */
const RAW = {
  postgres: ['raw `pg`, prepared', 'raw `pg`'],
  mariadb: ['raw `mysql2`, prepared', 'raw `mysql2`'],
  sqlite: ['raw `better-sqlite3`, prepared'],
};
/** Those whose releases wait for the disk, and those that do not, as ours. */
const ONE_BY_ONE = {
  postgres: ['raw `pg`, prepared, one by one', 'raw `pg`, prepared, release unawaited, one by one'],
  mariadb: [RAW.mariadb[0]],
};
const ROUND_TRIP = { postgres: '`SELECT 1`', mariadb: '`SELECT 1`', sqlite: RAW.sqlite[0] };

export function statementsOf(on) {
  const most = on === 'postgres' ? 1 : 2;
  return {
    id: `statements-${on}`,
    on,
    what: `statements to acquire, skip, renew, release; ${SERVERS[on]}`,
    aim: `${most === 1 ? '1 each' : '1 or 2 each'}, for any number of names`,
    async run(server) {
      const counts = [];
      for (const names of [1, 500]) {
        const { acquire, skip, renew, release } = await statements(on, server, names);
        counts.push({ names, verbs: [acquire, skip, renew, release] });
      }
      const told = ({ names, verbs }) =>
        `${names} name${names > 1 ? 's' : ''}: ${verbs.join(', ')}`;
      return {
        ours: counts.map(told).join('<br>'),
        met: counts.every(({ verbs }) => Math.max(...verbs) <= most),
      };
    },
  };
}

export function pairOf(on) {
  const [prepared, inFull] = RAW[on] ?? [];
  return loneOf('pair', on, {
    column: 'acquire + release',
    aim: prepared && `≤ 1.15 × ${prepared}${inFull ? `; < ${inFull}` : ''}`,
    isMet: (ours, by) => ours.over(by[prepared]) <= 1.15 && (!inFull || ours.over(by[inFull]) < 1),
  });
}

export function skipOf(on) {
  const base = ROUND_TRIP[on];
  return loneOf('skip', on, {
    column: 'skip',
    aim: base && `≤ 1.5 × ${base}`,
    isMet: (ours, by) => ours.over(by[base]) <= 1.5,
  });
}

/** One call after the other, for one name. */
function loneOf(kind, on, { column, aim, isMet }) {
  return {
    id: `${kind}-${on}`,
    on,
    column,
    what: `${column}, one name, ${SERVERS[on]}`,
    aim,
    async run(server) {
      const by = await lone(kind, on, server);
      const [base] = Object.values(by);
      const bases = Object.entries(by).filter(([title], i) => i === 0 || title.startsWith('raw'));
      const overs = (it) => bases.map(([title, other]) => `${words.over(it, other)} ${title}`);
      return cells(by, {
        ours: (it) => [words.us(it.us), ...overs(it)].join('<br>'),
        beside: (it) => `${words.us(it.us)} (${words.times(it.over(base))})`,
        glance: (it) => words.us(it.us),
        isMet,
      });
    },
  };
}

/** On SQLite there is no round trip to be saved. */
const WAVE_AIMS = {
  postgres: '≥ 6 × raw, one by one; more than each package on Redis',
  mariadb: '≥ 6 × raw, one by one',
};

export function waveOf(on) {
  return {
    id: `wave-${on}`,
    on,
    ...(on === 'postgres' && { also: 'redis' }),
    column: `${WAVE} names at once`,
    what: `${WAVE} names at once, acquire + release, ${SERVERS[on]}`,
    aim: WAVE_AIMS[on],
    async run(server, redis) {
      const by = await wave(on, { redis, [on]: server });
      const onRedis = on === 'postgres' ? contestants.redis.map(({ title }) => title) : [];
      const raws = Object.keys(by).filter((title) => title.startsWith('raw'));
      const bases = new Set([...raws, ...onRedis]);
      const overs = (it) => [...bases].map((title) => `${words.over(by[title], it)} ${title}`);
      const rate = (it) => `${words.perSecond(it.us, WAVE)} names/s`;
      return cells(by, {
        ours: (it) => [rate(it), ...overs(it)].join('<br>'),
        beside: rate,
        glance: rate,
        isMet: (ours) =>
          ONE_BY_ONE[on]?.every((title) => by[title].over(ours) >= 6) &&
          onRedis.every((title) => title.startsWith('raw') || by[title].over(ours) > 1),
      });
    },
  };
}

export function raceOf(on) {
  return {
    id: `race-${on}`,
    on,
    column: `${WAVE} stores, one name`,
    what: `${WAVE} stores, one name, ${SERVERS[on]}`,
    aim: on === 'redis' ? undefined : `one winner, ${WAVE} statements, faster than raw`,
    async run(server) {
      const by = await race(on, server);
      const raws = Object.keys(by).filter((title) => title.startsWith('raw'));
      const told = ({ time, statements: sent }) => `${words.us(time.us)}, ${sent} statements`;
      return cells(by, {
        ours: told,
        beside: told,
        glance: told,
        isMet: (ours) =>
          ours.statements === WAVE && raws.every((title) => ours.time.over(by[title].time) < 1),
      });
    },
  };
}

/** What the table says of ours, and of those beside it. */
function cells(by, { ours, beside, glance, isMet }) {
  const { [OURS]: mine, ...others } = by;
  const told = Object.entries(others).map(([title, it]) => `${title}: ${beside(it)}`);
  return {
    ...(mine && { ours: ours(mine), met: isMet(mine, by) }),
    beside: told.join('<br>'),
    glance: Object.fromEntries(Object.entries(by).map(([title, it]) => [title, glance(it)])),
  };
}
