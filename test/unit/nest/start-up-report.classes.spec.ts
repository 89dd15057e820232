import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  mixin,
  Module,
  Scope,
  UseGuards,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Cron } from '@nestjs/schedule';
import { SingleRunner } from 'nestjs-marathon';
import { startInMemory } from './support/applications.js';
import { NOTHING_FOUND, startUp } from './support/start-up.js';

const RARELY = '7 7 3 * * *';

describe('a guarded class that is no provider', () => {
  it('is warned of, once in a process', async () => {
    class Forgotten {
      @Cron(RARELY)
      @SingleRunner('one')
      async one(): Promise<void> {}

      @SingleRunner('other')
      async other(): Promise<void> {}
    }
    const { errors, warnings } = await startUp({});
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^- Forgotten\.one, Forgotten\.other: no provider.* List the class/),
    ]);
    expect(await startUp({})).toEqual(NOTHING_FOUND);
    expect(await startUp({ providers: [Forgotten] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where an application of the process has it', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    expect(await startUp({ providers: [Jobs] })).toEqual(NOTHING_FOUND);
    expect(await startUp({})).toEqual(NOTHING_FOUND);
  });

  it('is in order where it is a base class, abstract or a mixin', async () => {
    abstract class Base {
      @SingleRunner('base')
      async run(): Promise<void> {}
    }
    const Mixed = (name: string): Type<{ runMixed(): Promise<void> }> => {
      class Mixing {
        @SingleRunner(name)
        async runMixed(): Promise<void> {}
      }
      return mixin(Mixing);
    };
    @Injectable()
    class Derived extends Base {}
    @Injectable()
    class WithMixin extends Mixed('mixed') {}
    expect(await startUp({ providers: [Derived, WithMixin] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where it is a controller, a guard, a module, a value or made for each request', async () => {
    class Guarding {
      @SingleRunner((id: string) => id)
      async run(_id: string): Promise<void> {}
    }
    @Injectable()
    class Gatekeeper implements CanActivate {
      @SingleRunner('gatekeeper')
      async run(): Promise<void> {}

      canActivate(): boolean {
        return true;
      }
    }
    @Controller()
    @UseGuards(Gatekeeper)
    class Pages {
      @SingleRunner('page')
      @Get()
      home(): void {}
    }
    @Module({})
    class Feature {
      @SingleRunner('feature')
      async run(): Promise<void> {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class OfRequest {
      @SingleRunner('of request')
      async run(): Promise<void> {}
    }
    class Replaced {
      @SingleRunner('replaced')
      async run(): Promise<void> {}
    }
    const replaced = { provide: Replaced, useValue: { run: async () => undefined } };
    const providers = [{ provide: 'value', useValue: new Guarding() }, OfRequest, replaced];
    const metadata = { imports: [Feature], controllers: [Pages], providers };
    expect(await startUp(metadata)).toEqual(NOTHING_FOUND);
  });

  it('is left to the module that it names', async () => {
    class Elsewhere {
      @SingleRunner('job', { module: 'elsewhere' })
      async run(): Promise<void> {}
    }
    expect(Elsewhere.name).toBe('Elsewhere');
    expect(await startUp({})).toEqual(NOTHING_FOUND);
  });

  it('says nothing more of a lazy module once it was loaded', async () => {
    @Injectable()
    class Jobs {
      @SingleRunner('job')
      async run(): Promise<void> {}
    }
    @Module({ providers: [Jobs] })
    class Lazy {}
    const { warnings } = await startUp({});
    expect(warnings).toEqual([expect.stringMatching(/Jobs\.run: .*a lazy module/)]);
    const app = await startInMemory({});
    await app.get(LazyModuleLoader).load(() => Lazy);
    expect(await startUp({})).toEqual(NOTHING_FOUND);
  });
});
