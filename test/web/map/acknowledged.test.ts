import { describe, expect, it } from 'vitest';
import type { LinkView } from '../../../src/api/schemas/screen.ts';
import { applyMessages, EMPTY } from '../../../src/web/live/state.ts';
import { arrange } from '../../../src/web/map/arrange.ts';
import { drawAcknowledged } from '../../../src/web/map/draw-marks.ts';
import type { Frame } from '../../../src/web/map/frame.ts';
import { buildScene } from '../../../src/web/map/scene.ts';
import { DARK } from '../../../src/web/theme/tokens.ts';
import { link, live, network, node } from './support.ts';

const nodes = [node('a', { lat: 40, lon: -120 }), node('b', { lat: 40, lon: -80 }), node('c', { lat: 30, lon: -100 })];
const scene = buildScene(network(nodes, [link('x', 'a', 'b'), link('y', 'b', 'c')]));
const KNOWN = { by: 'anna', atMs: 1, reason: 'works' };

function frame(links: readonly LinkView[], least: Frame['least'] = null): Frame {
  return {
    ...{ scene, arrangement: arrange(scene, 0), view: { k: 1, x: 0, y: 0 }, size: { width: 2000, height: 2000 } },
    ...{ links, palette: DARK, colours: [], least, risks: new Map(), maintained: new Set<number>() },
    ...{ detail: 'full', nowMs: 0, covered: [], measure: () => 10 },
  };
}

describe('a link that somebody has acknowledged', () => {
  it('has a ticked circle beside its middle, stale or not, unless it is filtered away', () => {
    const bad = live('x', { state: 'degraded', acknowledged: KNOWN });
    const shapes = drawAcknowledged(frame([bad, live('y')]));
    expect(shapes.map(({ kind }) => kind)).toEqual(['circles', 'polyline']);
    expect(drawAcknowledged(frame([live('x'), live('y', { state: 'stale', acknowledged: KNOWN })]))).toHaveLength(2);
    expect(drawAcknowledged(frame([bad, live('y')], 'down'))).toEqual([]);
  });

  it('is told live, and that it is not so any more too', () => {
    const status = { network: 'n', lastPlan: null };
    const message = (event: string, content: object) => ({ event, id: '1', data: JSON.stringify(content) });
    const about = { type: 'link-acknowledged', linkId: 'x', proposalId: null, atMs: 2 };
    const first = applyMessages(EMPTY, [message('snapshot', { atMs: 0, links: [live('x')], status })], 0);
    const tell = (acknowledged: object | null) =>
      applyMessages(first, [message('link-acknowledged', { ...about, details: { acknowledged } })], 1).links[0];
    expect(tell(KNOWN)).toMatchObject({ id: 'x', acknowledged: KNOWN });
    expect(tell(null)).toMatchObject({ id: 'x', acknowledged: null });
  });
});
