import { describe, expect, it } from '@jest/globals';
import { diagnoseInnodb } from '../../../lib/sql/dialects/innodb.diagnosis.js';
import { diagnosePostgres } from '../../../lib/sql/dialects/postgres.diagnosis.js';

const message = 'as the driver says';

describe('what an error means on PostgreSQL', () => {
  it.each(['53300', '57P03', 'ECONNREFUSED'])('is that it was not sent, for %s', (code) => {
    expect(diagnosePostgres({ code, message })).toEqual({ outcome: 'unsent', retryable: true });
  });

  it.each(['40001', '40P01', '55P03', '57014'])(
    'is that nothing was granted, and to ask again, for %s',
    (code) => {
      expect(diagnosePostgres({ code, message })).toEqual({ outcome: 'refused', retryable: true });
    },
  );

  it.each(['57P01', '08006', 'EPIPE', 'ECONNRESET', undefined])(
    'is that nobody knows, for %s',
    (code) => {
      expect(diagnosePostgres({ code, message })).toEqual({ outcome: 'unknown', retryable: true });
    },
  );

  it.each(['28P01', '22001', 'XX000', '25006'])('is final for %s', (code) => {
    expect(diagnosePostgres({ code, message })).toEqual({ outcome: 'refused', retryable: false });
  });
});

describe('what an error means on MariaDB and MySQL', () => {
  it.each([1213, 1205, 1020, 1317, 1969, 3024, 3101])(
    'is that nothing was granted, and to ask again, for %s',
    (errno) => {
      const diagnosis = diagnoseInnodb({ errno, message });
      expect(diagnosis).toEqual({ outcome: 'refused', retryable: true });
    },
  );

  it.each([
    { code: 'PROTOCOL_CONNECTION_LOST' },
    { errno: 1927 },
    { errno: 4031 },
    { errno: -104 },
  ])('is that nobody knows, for %j', (error) => {
    const diagnosis = diagnoseInnodb({ ...error, message });
    expect(diagnosis).toEqual({ outcome: 'unknown', retryable: true });
  });

  it.each([1045, 1064, 4025])('is final for %s', (errno) => {
    const diagnosis = diagnoseInnodb({ errno, message });
    expect(diagnosis).toEqual({ outcome: 'refused', retryable: false });
  });
});
