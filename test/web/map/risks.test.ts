import { describe, expect, it } from 'vitest';
import type { LinkView, RiskLevel } from '../../../src/api/schemas/screen.ts';
import { arrange } from '../../../src/web/map/arrange.ts';
import { drawRiskHalos, drawRiskMarks } from '../../../src/web/map/draw-risks.ts';
import type { Frame } from '../../../src/web/map/frame.ts';
import { buildScene } from '../../../src/web/map/scene.ts';
import { DARK } from '../../../src/web/theme/tokens.ts';
import { link, live, network, node } from './support.ts';

const nodes = [node('a', { lat: 40, lon: -120 }), node('b', { lat: 40, lon: -80 }), node('c', { lat: 30, lon: -100 })];
const scene = buildScene(network(nodes, [link('x', 'a', 'b'), link('y', 'b', 'c')]));

function frame(links: readonly LinkView[], risks: readonly (readonly [number, RiskLevel])[]): Frame {
  return {
    ...{
      scene,
      arrangement: arrange(scene, 0),
      view: { k: 1, x: 0, y: 0 },
      size: { width: 2000, height: 2000 },
      links,
    },
    ...{
      palette: DARK,
      colours: [],
      least: null,
      risks: new Map(risks),
      maintained: new Set<number>(),
      detail: 'full',
      nowMs: 0,
      covered: [],
      measure: () => 10,
    },
  };
}

describe('what is only predicted', () => {
  it('is a dashed ring and a dashed light in a colour of its own, fuller the likelier', () => {
    const both = frame(
      [live('x'), live('y')],
      [
        [0, 'medium'],
        [1, 'critical'],
      ],
    );
    expect(drawRiskHalos(both)).toMatchObject([
      { kind: 'lines', colour: DARK.predicted, dash: expect.any(Array) },
      { kind: 'lines', colour: DARK.predicted, dash: expect.any(Array) },
    ]);
    const circles = drawRiskMarks(both).filter((shape) => shape.kind === 'circles');
    expect(circles.filter(({ stroke, dash }) => stroke === DARK.predicted && dash !== undefined)).toHaveLength(2);
    const filled = circles.filter(({ fill }) => fill === DARK.predicted).map(({ radius }) => radius);
    expect(filled[1]).toBeGreaterThan(filled[0] ?? Number.NaN);
  });

  it('is not drawn on what is known to be bad, or not known at all', () => {
    const links = [live('x', { state: 'unhealthy' }), live('y', { state: 'stale' })];
    expect(
      drawRiskMarks(
        frame(links, [
          [0, 'high'],
          [1, 'high'],
        ]),
      ),
    ).toEqual([]);
  });
});
