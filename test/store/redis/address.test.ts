import { describe, expect, it } from 'vitest';
import { judgeRedis, parseInfo } from '../../../src/store/redis/check.ts';
import { storeError } from '../../../src/store/redis/errors.ts';
import { parseRedisTarget } from '../../../src/store/redis/target.ts';

describe('address of a Redis', () => {
  const cases = [
    ['/run/r.sock', { path: '/run/r.sock' }, 'unix:///run/r.sock'],
    ['unix:///run/a%20b.sock?db=2', { path: '/run/a b.sock', db: 2 }, 'unix:///run/a b.sock'],
    ['unix://u:p%40@/run/r.sock', { path: '/run/r.sock', username: 'u', password: 'p@', db: 0 }, 'unix:///run/r.sock'],
    ['redis://h', { host: 'h', port: 6379, db: 0 }, 'redis://h:6379/0'],
    ['redis://u:s%2Fx@h:7000/3', { host: 'h', port: 7000, db: 3, username: 'u', password: 's/x' }, 'redis://h:7000/3'],
    ['rediss://h', { host: 'h', port: 6379, db: 0, tls: { servername: 'h' } }, 'rediss://h:6379/0'],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }, 'redis://[::1]:7000/0'],
  ] as const;
  it.each(cases)('%s', (address, options, display) => {
    const target = parseRedisTarget(address);
    expect(target.options).toEqual(options);
    expect(target.display).toBe(display);
  });

  it.each([
    '',
    'localhost',
    'http://h',
    'redis://u:secret@h/x',
    'redis://u:secret%@h',
    'unix://',
    'unix://host/s',
    'redis://u:secret@h:99999',
  ])('refuses %j without repeating it', (address) => {
    const refuse = () => parseRedisTarget(address);
    expect(refuse).toThrow(/redisUrl: /);
    expect(refuse).not.toThrow(/secret/);
  });
});

describe('suitability', () => {
  const info = (fields: Record<string, string>) =>
    new Map(Object.entries({ redis_version: '7.0.15', role: 'master', ...fields }));

  it('reads INFO', () => {
    expect(parseInfo('# Server\r\nredis_version:7.2.4\r\nexecutable:/a:b\r\n').get('executable')).toBe('/a:b');
  });

  it.each(['6.2.0', '6.10.1', '7.2.4', '10.0.0'])('takes %s', (redis_version) => {
    expect(judgeRedis(info({ redis_version }), 'noeviction')).toEqual({ version: redis_version, warnings: [] });
  });

  it.each(['6.0.16', '5.9.9', 'unstable', ''])('refuses %j', (redis_version) => {
    expect(() => judgeRedis(info({ redis_version }), 'noeviction')).toThrow(/too old/);
  });

  it('refuses evicting policies and replicas, and warns where it cannot know', () => {
    expect(() => judgeRedis(info({}), 'volatile-ttl')).toThrow(/volatile-ttl/);
    expect(() => judgeRedis(info({ role: 'slave' }), 'noeviction')).toThrow(/replica/);
    expect(judgeRedis(info({}), null).warnings).toHaveLength(1);
  });
});

describe('errors of Redis', () => {
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:1', 'DETOUR_ERR_REDIS_UNREACHABLE'],
    ['Connection is closed.', 'DETOUR_ERR_REDIS_UNREACHABLE'],
    ['Command timed out', 'DETOUR_ERR_REDIS_UNREACHABLE'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'DETOUR_ERR_REDIS_UNSUITABLE'],
    ['WRONGTYPE Operation against a key', 'DETOUR_ERR_INTERNAL'],
  ])('%s', (message, code) => {
    const original = Object.assign(new Error(message), { command: { args: ['secret'] } });
    const error = storeError('write', original);
    expect(error.code).toBe(code);
    expect(error.cause).toBeUndefined();
    expect(error.line).toContain('write: ');
  });
});
