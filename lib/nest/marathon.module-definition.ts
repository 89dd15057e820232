import { ConfigurableModuleBuilder } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MarathonLock } from '../sql/marathon-lock.entity.js';
import type { MarathonOptions } from './marathon.options.js';
import { marathonProviders } from './marathon.providers.js';
import { DEFAULT_NAME, getLockServiceToken, guardToken } from './marathon.tokens.js';

/** What has to be known before the options are: it stands beside `useFactory`, not in its result. */
export interface MarathonModuleExtras {
  /**
   * The name of this module, where an application has several.
   *
   * @defaultValue `'default'`
   */
  readonly name?: string | undefined;
  /**
   * The name of the TypeORM data source whose database keeps the table.
   *
   * @defaultValue `'default'`
   */
  readonly dataSource?: string | undefined;
}

const OPTIONS_TOKEN = Symbol('MarathonModule.forRoot options');

export const { ConfigurableModuleClass, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<MarathonOptions>({ optionsInjectionToken: OPTIONS_TOKEN })
    .setClassMethodName('forRoot')
    .setExtras<MarathonModuleExtras>(
      { name: DEFAULT_NAME, dataSource: DEFAULT_NAME },
      (definition, { name = DEFAULT_NAME, dataSource = DEFAULT_NAME }) => {
        // Only for data sources with `autoLoadEntities`. The module that it returns is not imported:
        // it would want the data source before our own error can say that there is none.
        TypeOrmModule.forFeature([MarathonLock], dataSource);
        return {
          ...definition,
          global: true,
          imports: [...(definition.imports ?? []), DiscoveryModule],
          providers: [
            ...(definition.providers ?? []),
            ...marathonProviders(OPTIONS_TOKEN, { name, dataSource }),
          ],
          exports: [...(definition.exports ?? []), getLockServiceToken(name), guardToken(name)],
        };
      },
    )
    .build();
