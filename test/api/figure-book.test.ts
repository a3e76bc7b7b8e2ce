import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FigureBook } from '../../src/api/figure-book.ts';
import { linkView } from '../../src/api/link-view.ts';
import type { LinkView } from '../../src/api/schemas/links.ts';
import type { LinkChange } from '../../src/api/schemas/screen.ts';
import { HEALTH_STATES, type HealthState, type LinkState } from '../../src/health/link-state.ts';
import { applyMessages, EMPTY } from '../../src/web/live/state.ts';
import { linkState, NETWORK, START_MS } from './harness.ts';

const { links } = NETWORK.network;

interface Reading {
  readonly link: number;
  readonly state: HealthState;
  readonly score: number;
  readonly utilisation: number | null;
  readonly capacityBps: number | undefined;
}

const reading = fc.record<Reading>({
  link: fc.nat(links.length - 1),
  state: fc.constantFrom(...HEALTH_STATES),
  score: fc.nat(100),
  utilisation: fc.option(fc.integer({ min: 0, max: 20 }).map((each) => each / 20)),
  capacityBps: fc.option(fc.constantFrom(5e9, 1e10), { nil: undefined }),
});

function stateOf({ state, score, utilisation, capacityBps }: Reading, linkId: string): LinkState {
  const plain = linkState(linkId, state, score);
  const { capacityBps: _none, ...arc } = plain.arcs.az;
  const az = { ...arc, utilisation, ...(capacityBps === undefined ? {} : { capacityBps }) };
  return { ...plain, arcs: { ...plain.arcs, az } };
}

const message = (event: string, content: unknown) => ({ event, id: null, data: JSON.stringify(content) });
const told = (changes: readonly LinkChange[]) => message('links', { atMs: 0, links: changes });

/** What a screen would see of a link. */
const seen = ({ state, score, presentCapacityBps, arcs }: LinkView) => ({
  ...{ state, score, presentCapacityBps },
  utilisation: [arcs.az.utilisation, arcs.za.utilisation],
  capacityBps: [arcs.az.capacityBps ?? null, arcs.za.capacityBps ?? null],
});

describe('FigureBook', () => {
  it('brings every screen to the same picture, whichever ticks it was told of', () => {
    const ticks = fc.array(fc.tuple(fc.array(reading, { maxLength: 8 }), fc.boolean()), { maxLength: 25 });
    fc.assert(
      fc.property(ticks, (steps) => {
        const book = new FigureBook(NETWORK);
        let states = new Map(links.map(({ id }) => [id, linkState(id, 'healthy', 100)] as const));
        book.turn(states);
        const status = { network: 'square', lastPlan: null };
        const beginning = message('snapshot', { atMs: START_MS, links: book.links, proposals: [], plan: null, status });
        let screen = applyMessages(EMPTY, [beginning], 0);
        let tick = book.tick;
        for (const [readings, isReading] of [...steps, [[], true] as const]) {
          states = new Map(states);
          for (const each of readings) {
            const { id } = links[each.link] as (typeof links)[number];
            states.set(id, stateOf(each, id));
          }
          book.turn(states);
          if (!isReading) continue;
          const changes = tick === book.tick - 1 ? book.latest() : book.since(tick);
          screen = applyMessages(screen, [told(changes)], 0);
          tick = book.tick;
        }
        const expected = links.map((link) => seen(linkView(link, states.get(link.id) as LinkState)));
        expect(screen.links.map(seen)).toEqual(expected);
      }),
    );
  });

  it('tells nothing but what changed, and nothing that cannot be seen', () => {
    const book = new FigureBook(NETWORK);
    const before = linkState('AB', 'healthy', 100, 0.5);
    book.turn(new Map([['AB', before]]));
    expect(book.since(0)).toHaveLength(1);
    const hardly = { ...before, arcs: { ...before.arcs, az: { ...before.arcs.az, utilisation: 0.501 } } };
    book.turn(new Map([['AB', hardly]]));
    expect(book.latest()).toEqual([]);
    const clearly = { ...before, arcs: { ...before.arcs, az: { ...before.arcs.az, utilisation: 0.61234567 } } };
    book.turn(new Map([['AB', clearly]]));
    expect(book.latest()).toEqual([{ id: 'AB', arcs: { az: { utilisation: 0.61235 } } }]);
  });

  it('does not let many changes too small to be told add up unseen', () => {
    const book = new FigureBook(NETWORK);
    const at = (utilisation: number) => new Map([['AB', linkState('AB', 'healthy', 100, utilisation)]]);
    book.turn(at(0.5));
    book.turn(at(0.504));
    expect(book.latest()).toEqual([]);
    book.turn(at(0.508));
    expect(book.latest()).toMatchObject([{ id: 'AB', arcs: { az: { utilisation: 0.508 } } }]);
  });
});
