import { attemptMutants } from './attempts.js';
import { connectionMutants } from './connections.js';
import { embeddedMutants } from './embedded.js';
import { holderMutants } from './holders.js';
import { innodbGrantMutants } from './innodb-grants.js';
import { innodbUpdateMutants } from './innodb-updates.js';
import type { Mutant } from './mutant.js';
import { nestMutants } from './nest.js';
import { postgresDurabilityMutants } from './postgres-durability.js';
import { postgresMutants } from './postgres.js';
import { runMutants } from './runs.js';
import { transactionMutants } from './transactions.js';

export const mutants: readonly Mutant[] = [
  ...holderMutants,
  ...attemptMutants,
  ...runMutants,
  ...nestMutants,
  ...postgresMutants,
  ...postgresDurabilityMutants,
  ...connectionMutants,
  ...innodbGrantMutants,
  ...innodbUpdateMutants,
  ...embeddedMutants,
  ...transactionMutants,
];
