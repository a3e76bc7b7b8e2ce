import { setTimeout as pause } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';
import { untilShown } from '../../browser/screen.ts';
import type { WebBed } from './bed.ts';
import { framesWhileWaiting } from './frames.ts';
import { linkState, randomUse } from './states.ts';

const WRITE_MS = 250;
const WARM_UP_S = 10;

export interface Storm {
  /** Links that the stream said had changed, a second. */
  readonly toldPerSecond: number;
  /** Distances between frames, ms. */
  readonly frames: readonly number[];
  /** Of the page after the garbage is gone, B: before and after. */
  readonly heapBytes: readonly [number, number];
}

/** Writes this many changes of figures a second and watches the map. */
export async function storm(bed: WebBed, perSecond: number, seconds: number, signal: AbortSignal): Promise<Storm> {
  const page = await bed.open('/');
  await untilShown(page);
  const stop = new AbortController();
  const either = AbortSignal.any([stop.signal, signal]);
  const writing = keepWriting(bed, perSecond, either);
  const session = await page.context().newCDPSession(page);
  await framesWhileWaiting(page, WARM_UP_S);
  const before = await heapOf(session);
  const told = countTold(bed.url, seconds);
  const frames = await framesWhileWaiting(page, seconds);
  const toldPerSecond = (await told) / seconds;
  const after = await heapOf(session);
  stop.abort();
  await writing;
  await page.context().close();
  return { toldPerSecond, frames, heapBytes: [before, after] };
}

async function keepWriting({ network, write }: WebBed, perSecond: number, signal: AbortSignal): Promise<void> {
  const startMs = performance.now();
  let written = 0;
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond) - written;
    const states = Array.from({ length: Math.min(due, network.links.length) }, (_, at) => {
      const link = network.links[(written + at) % network.links.length];
      if (!link) throw new Error('the network has no links');
      return linkState(link, randomUse(), 'healthy', Date.now());
    });
    if (states.length > 0) await write(states);
    written += due;
    await pause(WRITE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** How many changes of links the stream tells within this time. */
async function countTold(url: string, seconds: number): Promise<number> {
  const signal = AbortSignal.timeout(seconds * 1000);
  const headers = { accept: 'text/event-stream' };
  let told = 0;
  let rest = '';
  try {
    const answer = await fetch(`${url}/api/v1/events?figures=true`, { signal, headers });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) told += changesIn(line);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return told;
}

function changesIn(line: string): number {
  // Nothing but a message of changes, which begins with its time.
  if (!line.startsWith('data: {"atMs":') || line.includes('"status":{')) return 0;
  const { links } = JSON.parse(line.slice('data: '.length)) as { links?: unknown[] };
  return links?.length ?? 0;
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
