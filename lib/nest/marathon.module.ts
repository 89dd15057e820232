import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigurableModuleClass, type OPTIONS_TYPE } from './marathon.module-definition.js';

/**
 * Makes `@SingleRunner` and `LockService` work in the whole application. Import it once, in the
 * root module, beside TypeORM's.
 *
 * @example
 * @Module({ imports: [TypeOrmModule.forRoot(…), ScheduleModule.forRoot(), MarathonModule.forRoot()] })
 * export class AppModule {}
 *
 * @example
 * MarathonModule.forRootAsync({
 *   inject: [ConfigService],
 *   useFactory: (config: ConfigService) => ({ defaultTtl: config.get('LOCK_TTL') }),
 * })
 */
@Module({})
export class MarathonModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }
}
