import { launch } from '../../../../support/servers/program.mjs';

const LINES_OF_A_DEADLOCK = 1000;
/** What lies in a record, byte by byte. */
const DUMPED = /^ \d+: len /;

/** A server that can be stopped, started again, and lost. */
export class Restartable {
  /** When each was, and what the server said of it: who waited for whom is not in a number. */
  deadlocks = [];
  #start;
  #signals;
  #deadlock;
  #process;
  #linesToCome = 0;

  /**
   * @param place its URL, as its superuser
   * @param start what `launch` takes
   * @param signals by which it stops, for each way to do so
   * @param deadlock what it prints first and last of each deadlock: its own counter would not
   *   survive a crash
   */
  constructor({ place, start, signals, deadlock, scope }) {
    this.place = place;
    this.#start = () => launch(...start);
    this.#signals = signals;
    this.#deadlock = deadlock;
    scope.defer(() => this.stop('immediate'));
  }

  async start() {
    if (this.#process) return;
    const server = this.#start();
    this.#process = server;
    server.lines.on('line', (line) => this.#read(line));
    void server.ended.then(() => {
      if (this.#process === server) this.#process = undefined;
    });
    await server.ready;
  }

  #read(line) {
    if (line.includes(this.#deadlock.first)) {
      this.deadlocks.push({ at: Date.now(), text: '' });
      this.#linesToCome = LINES_OF_A_DEADLOCK;
    }
    if (this.#linesToCome === 0 || DUMPED.test(line)) return;
    this.deadlocks.at(-1).text += `${line}\n`;
    this.#linesToCome = line.includes(this.#deadlock.last) ? 0 : this.#linesToCome - 1;
  }

  async stop(how) {
    await this.#process?.stop(this.#signals[how]);
  }
}
