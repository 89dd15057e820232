import { afterEach } from '@jest/globals';
import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MarathonModule, type MarathonOptions } from 'nestjs-marathon';

const started: INestApplication[] = [];

afterEach(async () => {
  for (const app of started.splice(0)) await app.close();
});

/** What an application logs, and its test does not look at. */
const unread: LoggerService = { log() {}, warn() {}, error() {} };

/** Starts an application, which is closed when the test ends. */
export async function start(
  metadata: ModuleMetadata,
  logger: LoggerService = unread,
): Promise<INestApplication> {
  const module = await Test.createTestingModule(metadata).setLogger(logger).compile();
  const app = module.createNestApplication();
  started.push(app);
  return app.init();
}

/** Starts an application whose locks are kept in memory. */
export function startInMemory(
  metadata: ModuleMetadata,
  options?: MarathonOptions,
): Promise<INestApplication> {
  return start({ ...metadata, imports: [inMemory(options), ...(metadata.imports ?? [])] });
}

/** No test waits at its end for a body that it left behind. */
export function inMemory(options?: MarathonOptions): ReturnType<typeof MarathonModule.forRoot> {
  return MarathonModule.forRoot({ enabled: false, shutdownTimeout: 0, ...options });
}

/** Lets an application answer at an address of its own. */
export async function listen(app: INestApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}
