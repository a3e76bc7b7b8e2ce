import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startService } from '../bench/service.ts';

const PROPOSAL_MS = 180_000;

interface Brief {
  readonly id: string;
  readonly cause: { readonly links: readonly string[] };
}

/** The real service with the demo scenario, in which people decide. */
export interface Demo {
  readonly url: string;
  /** The first proposal that moves something, and the link it is for. */
  firstProposal(): Promise<{ readonly id: string; readonly link: string }>;
  close(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'detour-demo-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    const { url, stop } = await startService(['--manual', '--data-dir', dataDir]);
    const close = async () => {
      await stop();
      remove();
    };
    return { url, firstProposal: () => firstProposal(url), close };
  } catch (error) {
    remove();
    throw error;
  }
}

async function firstProposal(url: string): Promise<{ id: string; link: string }> {
  const deadlineMs = performance.now() + PROPOSAL_MS;
  for (;;) {
    const answer = await fetch(`${url}/api/v1/reroutes?limit=100`);
    const { items } = (await answer.json()) as { items: (Brief & { moves: unknown[] })[] };
    const found = items.find(({ moves }) => moves.length > 0);
    if (found) return { id: found.id, link: found.cause.links[0] ?? '' };
    if (performance.now() > deadlineMs) throw new Error('the demo proposed nothing');
    await pause(500);
  }
}
