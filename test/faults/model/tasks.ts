import { Injectable } from '@nestjs/common';
import { SingleRunner, type RunOptions } from 'nestjs-marathon';

type Body = () => Promise<unknown>;

/** What the next call asks for: a guarded method has no other way to be told. */
class Planned {
  options: RunOptions = {};
}

const nameOf = (name: string, _body: Body): string => name;

const POLICIES = {
  ttl: ({ options }: Planned) => options.ttl,
  renew: ({ options }: Planned) => options.renew,
  holdAtLeast: ({ options }: Planned) => options.holdAtLeast,
  maxRuntime: ({ options }: Planned) => options.maxRuntime,
  wait: ({ options }: Planned) => options.wait,
  onStoreError: ({ options }: Planned) => options.onStoreError,
  shared: true,
  oncePerTick: false,
} as const;

class BaseTasks extends Planned {
  @SingleRunner(nameOf, POLICIES)
  async sync(_name: string, body: Body): Promise<unknown> {
    return body();
  }
}

/** Methods of one name that call each other, which is no second run. */
@Injectable()
export class Tasks extends BaseTasks {
  @SingleRunner(nameOf, POLICIES)
  override async sync(name: string, body: Body): Promise<unknown> {
    return super.sync(name, body);
  }

  @SingleRunner(nameOf, { ...POLICIES, onSkip: 'throw' })
  async strict(_name: string, body: Body): Promise<unknown> {
    return body();
  }

  /** As under a cron. */
  @SingleRunner(nameOf, { ...POLICIES, onSkip: 'throw', oncePerTick: true })
  async tick(_name: string, body: Body): Promise<unknown> {
    return body();
  }
}
