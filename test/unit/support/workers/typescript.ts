import 'reflect-metadata';
import { Dependency } from './dependency.js';

function decorated(): ClassDecorator {
  return () => {};
}

@decorated()
class Subject {
  constructor(readonly dependency: Dependency) {}
}

process.send?.({
  type: 'loaded',
  parameters: (Reflect.getMetadata('design:paramtypes', Subject) as Dependency[]).map(String),
  library: import.meta.resolve('nestjs-marathon'),
});
