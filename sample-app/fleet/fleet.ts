import type { Settings } from '../settings.js';
import { InstanceProcess } from './instance-process.js';

interface Member {
  readonly process: InstanceProcess;
  /** Resolves when its end is known. */
  readonly over: Promise<void>;
}

/** The instances of the shop, and when each of them ended. */
export class Fleet {
  /** When each instance that is gone was seen to be gone, by the database's clock. */
  readonly goneAt = new Map<string, number>();
  /** Those that ended though nobody asked them to. */
  readonly deserters: string[] = [];
  private readonly members = new Map<string, Member>();
  private readonly dismissed = new Set<string>();

  constructor(
    private readonly settings: Omit<Settings, 'instance'>,
    private readonly databaseNow: () => Promise<number>,
  ) {}

  /** Starts one more. Its name is new: a replacement is another instance. */
  launch(): InstanceProcess {
    const instance = `shop-${this.members.size + 1}`;
    const process = new InstanceProcess({ ...this.settings, instance });
    const over = this.watch(process);
    over.catch(() => {});
    this.members.set(instance, { process, over });
    return process;
  }

  /** No time to say goodbye: what it held stays taken until its lease expires. */
  async kill(instance: string): Promise<void> {
    await this.dismiss(instance, 'SIGKILL');
  }

  /** Lets all of them finish or stop their runs, and waits until they are gone. */
  async stop(): Promise<void> {
    const instances = [...this.members.keys()];
    await Promise.allSettled(instances.map((instance) => this.dismiss(instance, 'SIGTERM')));
  }

  private async dismiss(instance: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { process, over } = this.members.get(instance)!;
    this.dismissed.add(instance);
    process.send(signal);
    await over;
  }

  private async watch(process: InstanceProcess): Promise<void> {
    const how = await process.ended;
    if (!this.dismissed.has(process.name)) this.deserters.push(`${process.name} (${how})`);
    this.goneAt.set(process.name, await this.databaseNow());
  }
}
