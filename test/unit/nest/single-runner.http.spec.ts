import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Scope,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { currentLease, RunSkippedError, SingleRunner } from 'nestjs-marathon';
import { listen, startInMemory } from './support/applications.js';
import { Gate } from './support/gate.js';

@Injectable()
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['x-key'] === 'right';
  }
}

@Catch(RunSkippedError)
class Conflict implements ExceptionFilter<RunSkippedError> {
  catch({ reason }: RunSkippedError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse().status(409).json({ reason });
  }
}

let started: Gate;
let finish: Gate;
let bodies: number;

beforeEach(() => {
  [started, finish, bodies] = [new Gate(), new Gate(), 0];
});

interface Answer {
  readonly id: number;
  readonly from: string;
  readonly lease: string | undefined;
}

async function report(id: number, from: string): Promise<Answer> {
  bodies += 1;
  started.open();
  if (from === 'slow') await finish.opened;
  return { id, from, lease: currentLease()?.name };
}

@Controller('reports')
class GuardedAbove {
  @SingleRunner('report')
  @Get(':id')
  @UseGuards(KeyGuard)
  @Header('x-kind', 'report')
  async read(
    @Param('id', ParseIntPipe) id: number,
    @Query('from') from: string,
  ): Promise<Answer | undefined> {
    return report(id, from);
  }
}

@Controller('reports')
class GuardedBetween {
  @Get(':id')
  @SingleRunner('report')
  @UseGuards(KeyGuard)
  @Header('x-kind', 'report')
  async read(
    @Param('id', ParseIntPipe) id: number,
    @Query('from') from: string,
  ): Promise<Answer | undefined> {
    return report(id, from);
  }
}

@Controller('reports')
class GuardedBelow {
  @Get(':id')
  @UseGuards(KeyGuard)
  @Header('x-kind', 'report')
  @SingleRunner('report')
  async read(
    @Param('id', ParseIntPipe) id: number,
    @Query('from') from: string,
  ): Promise<Answer | undefined> {
    return report(id, from);
  }
}

@Controller({ path: 'reports', scope: Scope.REQUEST })
class GuardedPerRequest extends GuardedBelow {}

describe.each([
  ['above the decorators of a route', GuardedAbove],
  ['between the decorators of a route', GuardedBetween],
  ['below the decorators of a route', GuardedBelow],
  ['in a base class of a controller that is made for each request', GuardedPerRequest],
])('%s', (_where, controller) => {
  let get: (path: string, key?: string) => Promise<Response>;

  beforeEach(async () => {
    const url = await listen(await startInMemory({ controllers: [controller] }));
    get = (path, key = 'right') => fetch(`${url}/reports/${path}`, { headers: { 'x-key': key } });
  });

  it('the route is there, with its parameters, its pipes and its headers', async () => {
    const response = await get('7?from=here');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-kind')).toBe('report');
    expect(await response.json()).toEqual({ id: 7, from: 'here', lease: 'report' });
  });

  it('a guard that refuses stays a 403, and the body does not run', async () => {
    expect((await get('7?from=here', 'wrong')).status).toBe(403);
    expect(bodies).toBe(0);
  });

  it('a pipe that refuses stays a 400, and the body does not run', async () => {
    expect((await get('seven?from=here')).status).toBe(400);
    expect(bodies).toBe(0);
  });

  it('a request while another is served is answered without a body', async () => {
    const slow = get('1?from=slow');
    await started.opened;
    const skipped = await get('2?from=here');
    expect([skipped.status, await skipped.text()]).toEqual([200, '']);
    finish.open();
    expect(await (await slow).json()).toEqual({ id: 1, from: 'slow', lease: 'report' });
    expect(bodies).toBe(1);
  });
});

it('several guards on both sides are all asked', async () => {
  const asked: string[] = [];
  const guard = (name: string): CanActivate => ({
    canActivate: () => {
      asked.push(name);
      return true;
    },
  });
  @Controller('reports')
  class Reports {
    @UseGuards(guard('above'))
    @SingleRunner('report')
    @UseGuards(guard('below'))
    @Get()
    async read(): Promise<void> {}
  }
  const url = await listen(await startInMemory({ controllers: [Reports] }));
  expect((await fetch(`${url}/reports`)).status).toBe(200);
  expect(asked.sort()).toEqual(['above', 'below']);
});

it('a name can be made of what a route’s decorators extracted, and a skip be mapped', async () => {
  @Controller('orders')
  class Orders {
    @Post(':id')
    @HttpCode(202)
    @UseFilters(Conflict)
    @SingleRunner((id: number) => `order:${id}`, { onSkip: 'throw' })
    async place(@Param('id', ParseIntPipe) id: number, @Body() body: Answer): Promise<Answer> {
      return report(id, body.from);
    }
  }
  const url = await listen(await startInMemory({ controllers: [Orders] }));
  const post = (id: number, from: string): Promise<Response> =>
    fetch(`${url}/orders/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from }),
    });
  const slow = post(1, 'slow');
  await started.opened;
  const [same, other] = [await post(1, 'here'), await post(2, 'here')];
  expect([same.status, await same.json()]).toEqual([409, { reason: 'held' }]);
  expect([other.status, await other.json()]).toEqual([
    202,
    { id: 2, from: 'here', lease: 'order:2' },
  ]);
  finish.open();
  expect((await slow).status).toBe(202);
});
