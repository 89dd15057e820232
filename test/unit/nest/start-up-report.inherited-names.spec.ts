import { describe, expect, it } from '@jest/globals';
import { Injectable, mixin, type Type } from '@nestjs/common';
import { SingleRunner } from 'nestjs-marathon';
import { NOTHING_FOUND, startUp } from './support/start-up.js';

const shared = { shared: true, oncePerTick: false };

describe('a method that two classes inherit', () => {
  it('stops the start', async () => {
    abstract class Sync {
      @SingleRunner('sync')
      async sync(): Promise<void> {}
    }
    @Injectable()
    class Acme extends Sync {}
    @Injectable()
    class Bolt extends Sync {}
    const { errors } = await startUp({ providers: [Acme, Bolt] });
    expect(errors).toEqual([
      expect.objectContaining({ kind: 'inherited-name', where: ['Acme.sync', 'Bolt.sync'] }),
    ]);
  });

  it('is in order where one class uses it, or it is shared', async () => {
    abstract class Sync {
      @SingleRunner('sync')
      async sync(): Promise<void> {}
    }
    @Injectable()
    class Acme extends Sync {}
    abstract class Shared {
      @SingleRunner('shared', shared)
      async sync(): Promise<void> {}
    }
    @Injectable()
    class Bolt extends Shared {}
    @Injectable()
    class Cogs extends Shared {}
    expect(await startUp({ providers: [Acme, Bolt, Cogs] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where each class guards it itself, under a name of its own', async () => {
    abstract class Sync {
      protected async syncAll(): Promise<void> {}
    }
    @Injectable()
    class Acme extends Sync {
      @SingleRunner('acme:sync')
      async sync(): Promise<void> {
        await this.syncAll();
      }
    }
    @Injectable()
    class Bolt extends Sync {
      @SingleRunner('bolt:sync')
      async sync(): Promise<void> {
        await this.syncAll();
      }
    }
    expect(await startUp({ providers: [Acme, Bolt] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where its name is a function of the arguments', async () => {
    abstract class Sync {
      @SingleRunner((supplier: string) => `sync:${supplier}`)
      async sync(_supplier: string): Promise<void> {}
    }
    @Injectable()
    class Acme extends Sync {}
    @Injectable()
    class Bolt extends Sync {}
    expect(await startUp({ providers: [Acme, Bolt] })).toEqual(NOTHING_FOUND);
  });

  it('is in order where a mixin makes each its own', async () => {
    const Sync = (name: string): Type<{ sync(): Promise<void> }> => {
      class Syncing {
        @SingleRunner(name)
        async sync(): Promise<void> {}
      }
      return mixin(Syncing);
    };
    @Injectable()
    class Acme extends Sync('acme:sync') {}
    @Injectable()
    class Bolt extends Sync('bolt:sync') {}
    expect(await startUp({ providers: [Acme, Bolt] })).toEqual(NOTHING_FOUND);
  });
});
