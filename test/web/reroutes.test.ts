import { describe, expect, it } from 'vitest';
import type { Move, ScorePart } from '../../src/api/schemas/screen.ts';
import { buildScene } from '../../src/web/map/scene.ts';
import { gapSentence } from '../../src/web/screens/reroutes/certificate.tsx';
import { lossAtCause, lossOf, lossOfLink } from '../../src/web/screens/reroutes/loss.ts';
import { chosenMove, inOrder } from '../../src/web/screens/reroutes/moves.ts';
import { byReason, figuresOf, nodesOf, viaText } from '../../src/web/screens/reroutes/paths.ts';
import { link, live, network, node } from './map/support.ts';

const scene = buildScene(
  network(
    ['a', 'b', 'c', 'd'].map((id) => node(id)),
    [link('ab', 'a', 'b'), link('cb', 'c', 'b'), link('cd', 'c', 'd'), link('ad', 'a', 'd')],
  ),
);

const move = (demand: string, bps: number, before: number | null, utilisation = 0.5): Move => ({
  ...{ demand, source: 'a', target: 'd', bps, runnersUp: [] },
  from: [{ share: 1, arcs: ['ad:az'] }],
  to: [{ share: 1, arcs: ['ab:az', 'cb:za', 'cd:az'] }],
  latencyMs: { before, after: 12 },
  worstHeadroom: { arc: 'cb:za', bps: 1e9, utilisation },
});

describe('a proposal on the screen', () => {
  it('follows a path through links in either direction', () => {
    expect(nodesOf(scene, ['ab:az', 'cb:za', 'cd:az'])).toEqual([0, 1, 2, 3]);
    expect(viaText(scene, [{ share: 1, arcs: ['ab:az', 'cb:za', 'cd:az'] }])).toBe('via b · c');
    expect(viaText(scene, [{ share: 1, arcs: ['ad:az'] }])).toBe('direct');
    expect(viaText(scene, [])).toBe('no way');
  });

  it('weighs the change of latency by traffic and leaves out what had no way before', () => {
    const figures = figuresOf({
      moves: [move('x', 3e9, 10), move('y', 1e9, 6, 0.7), move('z', 9e9, null)],
      cuts: [],
      why: { summary: '', parts: [], stayed: [] },
    });
    expect(figures.latencyMs).toBeCloseTo((3 * 2 + 1 * 6) / 4);
    expect(figures.worst?.utilisation).toBe(0.7);
    expect(figures.bps).toBe(13e9);
    expect(figuresOf({ moves: [], cuts: [], why: { summary: '', parts: [], stayed: [] } }).latencyMs).toBeNull();
  });

  it('multiplies what arcs deliver, and knows nothing where more than a tenth of the traffic goes where nothing is measured', () => {
    const loss: Record<string, number | null> = { 'ab:az': 0.1, 'cb:za': 0.2, 'cd:az': 0 };
    const now = (arc: string) => loss[arc] ?? null;
    expect(lossOf([move('x', 1e9, 10)], 'to', now)).toBeCloseTo(1 - 0.9 * 0.8);
    expect(lossOf([move('x', 1e9, 10)], 'from', now)).toBeNull();
    const few = [{ ...move('x', 19e9, 10), from: move('x', 1, 10).to }, move('y', 1e9, 10)];
    expect(lossOf(few, 'from', now)).toBeCloseTo(1 - 0.9 * 0.8);
    expect(lossOf([...few, move('z', 9e9, 10)], 'from', now)).toBeNull();
    expect(lossOf([{ ...move('x', 1e9, 10), from: [] }], 'from', now)).toBe(1);
  });

  it('says what was lost when it was proposed, and that a link that is down delivers nothing', () => {
    const part = { part: 'loss', arc: 'ad:az', value: 0.048 } as ScorePart;
    expect(lossAtCause([part], () => 0)('ad:az')).toBe(0.048);
    expect(lossAtCause([part], () => 0)('ab:az')).toBe(0);
    expect(lossOfLink(live('ad', { state: 'down' }), 'ad:az')).toBe(1);
    expect(lossOfLink(undefined, 'ad:az')).toBeNull();
  });

  it('shows the largest move unless another is asked for', () => {
    const moves = [move('small', 1, 1), move('large', 9, 1), move('b', 5, 1), move('a', 5, 1)];
    expect(inOrder(moves).map(({ demand }) => demand)).toEqual(['large', 'a', 'b', 'small']);
    expect(chosenMove(moves, 'b')?.demand).toBe('b');
    expect(chosenMove(moves, 'gone')?.demand).toBe('large');
    expect(chosenMove([], null)).toBeNull();
  });

  it('gathers what stays by reason', () => {
    const stayed = [
      { demand: 'x', bps: 1, reason: 'full' },
      { demand: 'y', bps: 5, reason: 'cut' },
      { demand: 'z', bps: 2, reason: 'full' },
    ];
    expect(byReason(stayed)).toEqual([
      { reason: 'cut', bps: 5, demands: ['y'] },
      { reason: 'full', bps: 3, demands: ['x', 'z'] },
    ]);
  });

  it('says a gap in plain words', () => {
    expect(gapSentence(0)).toBe('The highest load cannot be any lower');
    expect(gapSentence(0.59)).toContain('fewer moves count more');
    expect(gapSentence(0.009)).toBe('Highest load within 0.9 % of the lowest possible');
  });
});
