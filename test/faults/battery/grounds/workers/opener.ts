// Opens a ground, says where it is, and leaves it open.
import type { GroundDialect } from '../ground.js';
import { openGround } from '../open.js';
import { TABLES } from '../tables.js';

const dialect = process.argv[2] as GroundDialect;
const ground = await openGround(dialect);
await ground.prepare(TABLES[dialect]);
process.send?.({ type: 'opened', url: ground.url });
