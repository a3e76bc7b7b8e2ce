import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArcId } from '../../src/core/ids.ts';
import type { Move } from '../../src/reroute/proposal.ts';
import { descendants, isAlive, kill } from '../support/process.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait.ts';
import { healed, type Observation, observe } from './loss.ts';
import { npmStart, redisOf, remains, type Service, startService } from './service.ts';

const FIRST_LIGHT_MS = 60_000;
/** Under 5 s is what it takes by itself; the machine may be busy with another test. */
const STOP_MS = 10_000;
/** About 2 s by itself. */
const SECOND_START_MS = 8_000;

/** The arcs of every new path join the ends of its demand and use each link once. */
function expectWholePaths(move: Move, ends: ReadonlyMap<string, { a: string; z: string }>): void {
  expect(move.to.reduce((sum, path) => sum + path.share, 0)).toBeCloseTo(1, 6);
  for (const { arcs } of move.to) {
    let at = move.source;
    for (const arc of arcs) {
      const parsed = parseArcId(arc);
      const link = ends.get(parsed?.linkId ?? '');
      expect(link, `link of arc ${arc}`).toBeDefined();
      expect(parsed?.direction === 'az' ? link?.a : link?.z).toBe(at);
      at = (parsed?.direction === 'az' ? link?.z : link?.a) as string;
    }
    expect(at).toBe(move.target);
  }
}

/** Watches until a reroute was applied and the loss fell, at most until `deadlineMs` (Date.now()). */
async function untilHealed(service: Service, deadlineMs: number) {
  const history: Observation[] = [];
  const probe = async () => {
    history.push(await observe(service));
    return healed(history);
  };
  return waitFor('loss to fall after a reroute was applied', probe, {
    timeoutMs: deadlineMs - Date.now(),
    everyMs: 250,
  });
}

describe('npm start', () => {
  it('shows a link going bad, a reroute, and the loss falling within a minute; Ctrl-C ends everything', async () => {
    const dataDir = tempDir('e2e');
    const startedMs = Date.now();
    const service = await npmStart({ dataDir });
    await service.answers(FIRST_LIGHT_MS);
    const { proposal, lostBeforeBps, lostAfterBps } = await untilHealed(service, startedMs + FIRST_LIGHT_MS);
    expect(Date.now() - startedMs).toBeLessThan(FIRST_LIGHT_MS);
    expect(lostAfterBps).toBeLessThan(lostBeforeBps / 2);
    expect(proposal.moves.length).toBeGreaterThan(0);
    expect(proposal.why.summary).not.toBe('');
    const network = await service.get<{ links: { id: string; a: string; z: string }[]; nodes: unknown[] }>(
      '/api/v1/network',
    );
    expect(network.nodes).toHaveLength(100);
    const ends = new Map(network.links.map((link) => [link.id, link]));
    for (const move of proposal.moves) expectWholePaths(move, ends);

    const screen = service.running.output();
    expect(screen).toContain(`http://127.0.0.1:${service.port}`);
    for (const address of ['/docs', '/queues', '/metrics']) expect(screen).toContain(address);
    expect(screen).toMatch(/healthy/);

    const pid = service.pid();
    const all = [pid, ...descendants(service.running.pid).map((entry) => entry.pid)];
    const stoppedMs = Date.now();
    service.terminal.ctrlC();
    const { code } = await service.running.ended;
    await waitFor('everything to end', () => remains(all, dataDir).length === 0, { timeoutMs: STOP_MS });
    expect(Date.now() - stoppedMs).toBeLessThan(STOP_MS);
    // npm tells of the interrupt (130) or passes on that the service ended well (0), by its version.
    expect([0, 130]).toContain(code);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  }, 120_000);

  it('ends in order by SIGTERM to npm, and answers soon when started again', async () => {
    const dataDir = tempDir('e2e');
    const answeredMs: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const spawnedMs = Date.now();
      const service = await npmStart({ dataDir });
      await service.answers(FIRST_LIGHT_MS);
      answeredMs.push(Date.now() - spawnedMs);
      const pid = service.pid();
      const below = descendants(service.running.pid);
      const npm = below.find(({ command }) => /npm start|npm-cli\.js start/.test(command) && !command.startsWith('sh'));
      expect(npm, JSON.stringify(below)).toBeDefined();
      const stoppedMs = Date.now();
      kill(npm?.pid as number, 'SIGTERM');
      await service.running.ended;
      await waitFor('everything to end', () => remains([pid], dataDir).length === 0, { timeoutMs: STOP_MS });
      expect(Date.now() - stoppedMs).toBeLessThan(STOP_MS);
      expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    }
    // The best of the later starts: the first one may build, and the machine may be busy with something else.
    expect(Math.min(...answeredMs.slice(1))).toBeLessThan(SECOND_START_MS);
  }, 180_000);

  it('only proposes with --manual', async () => {
    const service = await npmStart({ dataDir: tempDir('e2e'), args: ['--manual'] });
    await service.answers(FIRST_LIGHT_MS);
    const found = await waitFor(
      'a reroute to be proposed',
      async () => (await service.reroutes()).find((each) => each.kind === 'reroute' && each.moves.length > 0),
      { timeoutMs: FIRST_LIGHT_MS, everyMs: 250 },
    );
    // Two more plans come and go: nobody applied it.
    const seen = new Set<string>();
    await waitFor(
      'two more plans',
      async () => {
        await fetch(`http://127.0.0.1:${service.port}/api/v1/plans`, { method: 'POST' });
        const plan = await service.latestPlan();
        if (plan) seen.add(plan.id);
        return seen.size > 2;
      },
      { timeoutMs: 60_000, everyMs: 1_000 },
    );
    const proposals = await service.reroutes();
    expect(proposals.map((each) => each.id)).toContain(found.id);
    expect(proposals.filter((each) => each.appliedAtMs !== null)).toEqual([]);
  }, 150_000);
});

describe('the service process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('exits with 0 on %s', async (signal) => {
    const dataDir = tempDir('e2e');
    const service = await startService({ dataDir });
    await service.answers(FIRST_LIGHT_MS);
    const stoppedMs = Date.now();
    kill(service.running.pid, signal);
    expect(await service.running.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - stoppedMs).toBeLessThan(STOP_MS);
    expect(remains([service.running.pid], dataDir)).toEqual([]);
  });

  it('takes Redis with it when it is killed with -9, and starts again on the same data', async () => {
    const dataDir = tempDir('e2e');
    const first = await startService({ dataDir });
    await first.answers(FIRST_LIGHT_MS);
    expect(redisOf(dataDir).length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8')).pid).toBe(first.running.pid);
    kill(first.running.pid, 'SIGKILL');
    await first.running.ended;
    await waitFor('Redis to go', () => redisOf(dataDir).length === 0, { timeoutMs: STOP_MS });
    const second = await startService({ dataDir });
    await second.answers(FIRST_LIGHT_MS);
    expect(isAlive(second.running.pid)).toBe(true);
  });
});
