import { startInstance } from '../support/instance.js';
import { RemoteLocks } from '../support/remote-locks.js';

await startInstance([RemoteLocks]);
