import { describe, expect, it } from 'vitest';
import { type StreamMessage, StreamParser } from '../../../src/web/live/sse.ts';
import { applyMessages, EMPTY, lost, opened } from '../../../src/web/live/state.ts';
import { live } from '../map/support.ts';

const message = (event: string, content: unknown, id: string | null = null) => ({
  event,
  id,
  data: JSON.stringify(content),
});
const status = { network: 'n', lastPlan: { id: 'p-1' } };
const snapshot = (atMs = 5_000) =>
  message('snapshot', { atMs, links: [live('x'), live('y')], proposals: [], plan: null, status });
const change = (to: string) =>
  message('link-state', {
    ...{ id: '1-0', type: 'link-state', linkId: 'y', proposalId: null, atMs: 42 },
    details: { to, score: 10, adminDown: false },
  });

describe('the live state', () => {
  it('begins with the snapshot and knows the clock of the service', () => {
    expect(opened(EMPTY).phase).toBe('connecting');
    const state = applyMessages(opened(EMPTY), [snapshot()], 4_000);
    expect(state.phase).toBe('live');
    expect(state.links.map(({ id }) => id)).toEqual(['x', 'y']);
    expect(state.counts.healthy).toBe(2);
    expect(state.clockOffsetMs).toBe(1_000);
  });

  it('changes the links that changed and leaves all others the same objects', () => {
    const before = applyMessages(EMPTY, [snapshot()], 0);
    const after = applyMessages(before, [change('down'), message('links', { atMs: 1, links: [] })], 1);
    expect(after.links[0]).toBe(before.links[0]);
    expect(after.links[1]).toMatchObject({ id: 'y', state: 'down', score: 10, sinceMs: 42, a: 'a' });
    expect(after.counts).toMatchObject({ healthy: 1, down: 1 });
    expect(before.counts.down).toBe(0);
  });

  it('takes figures between changes of state, and nothing of links it does not know', () => {
    const before = applyMessages(EMPTY, [snapshot()], 0);
    const changes = {
      atMs: 1,
      links: [
        { id: 'x', score: 50 },
        { id: 'unknown', score: 1 },
      ],
    };
    const after = applyMessages(before, [message('links', changes)], 1);
    expect(after.links[0]?.score).toBe(50);
    expect(after.links).toHaveLength(2);
  });

  it('keeps everything while the connection is lost, and since when', () => {
    const before = opened(applyMessages(EMPTY, [snapshot()], 0));
    const away = lost(lost(before, 100), 200);
    expect(away).toMatchObject({ phase: 'lost', lostSinceMs: 100 });
    expect(away.links).toBe(before.links);
    expect(opened(away)).toMatchObject({ phase: 'live', lostSinceMs: null });
  });

  it('says when what was read about proposals is out of date', () => {
    const before = applyMessages(EMPTY, [snapshot()], 0);
    const same = applyMessages(before, [message('status', status)], 1);
    expect(same.decisions).toBe(before.decisions);
    const planned = applyMessages(before, [message('status', { ...status, lastPlan: { id: 'p-2' } })], 1);
    expect(planned.decisions).toBe(before.decisions + 1);
  });

  it('keeps a bounded number of events', () => {
    const many = Array.from({ length: 1200 }, () => change('degraded'));
    expect(applyMessages(applyMessages(EMPTY, [snapshot()], 0), many, 1).events).toHaveLength(500);
  });
});

describe('the stream parser', () => {
  const text = ': hello\n\nid: 7\nevent: links\ndata: {"a":\ndata: 1}\n\ndata: next\r\n\r\nevent: empty\n\n';
  const expected = [
    { event: 'links', id: '7', data: '{"a":\n1}' },
    { event: 'message', id: '7', data: 'next' },
  ];

  it('puts messages together wherever the stream is cut', () => {
    for (let size = 1; size <= text.length; size += 1) {
      const parser = new StreamParser();
      const found: StreamMessage[] = [];
      for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
      expect(found, `pieces of ${size}`).toEqual(expected);
    }
  });
});
