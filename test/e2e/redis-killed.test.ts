import { expect, it } from 'vitest';
import { kill } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { redisOf, startService } from './service.ts';

/** `1234 /usr/bin/redis-server unixsocket:...`; its watchdog is a shell. */
function redisPid(dataDir: string): number | null {
  const line = redisOf(dataDir).find((each) => /^\d+ \S*redis-server /.test(each));
  return line === undefined ? null : Number.parseInt(line, 10);
}

it('ends with one line that says how, when its own Redis is killed, and answers in our words until then', async () => {
  const service = await startService({ dataDir: tempDir('e2e') });
  await service.answers(60_000);
  await waitFor(
    'links to be heard from',
    async () => (await service.links()).some(({ state }) => state === 'healthy'),
    {
      timeoutMs: 60_000,
    },
  );
  kill(redisPid(service.dataDir) as number, 'SIGKILL');
  const answers: string[] = [];
  const ask = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${service.port}/api/v1/links`);
    if (response.status === 200) return false;
    answers.push(`${response.status} ${await response.text()}`);
    return true;
  };
  // It may be gone before it can answer; what it does answer must be ours.
  await waitFor('the first failure', () => ask().catch(() => true), { timeoutMs: 20_000 });
  const { code } = await service.running.ended;
  expect(code).toBe(1);
  for (const answer of answers) {
    expect(answer).toMatch(/^503 .*DETOUR_ERR_(REDIS_UNREACHABLE|NOT_READY)/);
    expect(answer).not.toContain('maxRetriesPerRequest');
  }
  const said = service.running.output().split('\n');
  const errors = said.filter((line) => /DETOUR_ERR_|"level":50|ECONNREFUSED/.test(line));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(
    /^DETOUR_ERR_REDIS_UNREACHABLE: Detour's own Redis ended: it was killed \(SIGKILL\) \(.*start it again/,
  );
}, 120_000);
