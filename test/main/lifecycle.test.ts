import { describe, expect, it } from 'vitest';
import { Lifecycle, type Service } from '../../src/main/lifecycle.ts';

function recorder() {
  const log: string[] = [];
  const service = (name: string, more: Partial<Service> = {}): Service => ({
    name,
    start: async () => void log.push(`start ${name}`),
    stop: async () => void log.push(`stop ${name}`),
    ...more,
  });
  return { log, service };
}

describe('Lifecycle', () => {
  it('stops in the reverse order of the start, once', async () => {
    const { log, service } = recorder();
    const lifecycle = new Lifecycle(100);
    await lifecycle.start(service('redis'));
    await lifecycle.start(service('source'));
    const [first, second] = await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(log).toEqual(['start redis', 'start source', 'stop source', 'stop redis']);
    expect(first).toBe(second);
  });

  it('tells those who take their time before it stops the first', async () => {
    const { log, service } = recorder();
    const lifecycle = new Lifecycle(100);
    await lifecycle.start(service('history', { stopsSoon: () => void log.push('told history') }));
    await lifecycle.start(service('source'));
    await lifecycle.stop();
    expect(log.slice(2)).toEqual(['told history', 'stop source', 'stop history']);
  });

  it('stops what had been started when a start fails, and says why', async () => {
    const { log, service } = recorder();
    const lifecycle = new Lifecycle(100);
    await lifecycle.start(service('redis'));
    const broken = service('api', {
      start: async () => {
        throw new Error('port taken');
      },
    });
    await expect(lifecycle.start(broken)).rejects.toThrow('port taken');
    expect(log).toEqual(['start redis', 'stop api', 'stop redis']);
  });

  it('lets nothing that hangs or fails keep the rest from stopping', async () => {
    const { log, service } = recorder();
    const lifecycle = new Lifecycle(20);
    await lifecycle.start(service('redis'));
    await lifecycle.start(service('hung', { stop: () => new Promise(() => undefined) }));
    await lifecycle.start(
      service('broken', {
        stop: async () => {
          throw new Error('no');
        },
      }),
    );
    const reports = await lifecycle.stop();
    expect(reports.map(({ name, problem }) => [name, problem])).toEqual([
      ['broken', 'no'],
      ['hung', 'did not stop within 20 ms'],
      ['redis', null],
    ]);
    expect(log.at(-1)).toBe('stop redis');
  });
});
