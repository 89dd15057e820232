import { launch } from '../../../../support/servers/program.mjs';

const LINES_OF_A_DEADLOCK = 80;

/** A server that can be stopped, started again, and lost. */
export class Restartable {
  deadlocks = 0;
  #start;
  #signals;
  #deadlock;
  #process;
  #linesToTell = 0;

  /**
   * @param place its URL, as its superuser
   * @param start what `launch` takes
   * @param signals by which it stops, for each way to do so
   * @param deadlock what it prints for each deadlock: its own counter would not survive a crash
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

  /** The first deadlock is told in the server's own words: who waited for whom is not in a number. */
  #read(line) {
    if (line.includes(this.#deadlock)) {
      this.deadlocks += 1;
      if (this.deadlocks === 1) this.#linesToTell = LINES_OF_A_DEADLOCK;
    }
    if (this.#linesToTell-- > 0) console.error(line);
  }

  async stop(how) {
    await this.#process?.stop(this.#signals[how]);
  }
}
