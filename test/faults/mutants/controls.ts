import { commandOf, type Killer } from './killer.js';
import { runKiller } from './run-killer.js';
import { verdictOf, type Verdict } from './verdict.js';
import type { Workspace } from './workspace.js';

/**
 * The negative control of the killers: each has to pass on the library as it is, and to judge there
 * all that it is to notice in a mutant. Run once for a command, and not before somebody asks, since
 * many a killer is never needed; and once more for the next who asks, if it broke.
 */
export class Controls {
  readonly #workspace: Workspace;
  readonly #notices = new Map<string, string[]>();
  readonly #verdicts = new Map<string, Verdict>();
  #runs = 0;

  constructor(killers: readonly Killer[], workspace: Workspace) {
    this.#workspace = workspace;
    for (const killer of killers) {
      const command = commandOf(killer);
      this.#notices.set(command, [...(this.#notices.get(command) ?? []), ...killer.notices]);
    }
  }

  /** Only while no mutant is in the library's place. */
  async of(killer: Killer): Promise<Verdict> {
    const command = commandOf(killer);
    const known = this.#verdicts.get(command);
    if (known && known.is !== 'broken') return known;
    const verdict = await this.#run(killer, command);
    this.#verdicts.set(command, verdict);
    return verdict;
  }

  async #run(killer: Killer, command: string): Promise<Verdict> {
    this.#runs += 1;
    await this.#workspace.build('The library');
    const startedAt = performance.now();
    const label = `control-${this.#runs}`;
    const { ended, report } = await runKiller(killer, this.#workspace.folder, label);
    const verdict = verdictOf(this.#notices.get(command) ?? [], ended, report);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const does = verdict.is === 'passed' ? 'passes' : 'FAILS';
    console.log(`${does} on the library, in ${seconds} s: ${command}`);
    return verdict;
  }
}
