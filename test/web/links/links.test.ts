import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkView } from '../../../src/api/schemas/screen.ts';
import { chosenLinks, LINK_SORTS, readFilter, STATES, sortText } from '../../../src/web/screens/links/link-filter.ts';
import { TREND_STEP_MS, TREND_STEPS, TrendBook } from '../../../src/web/screens/links/trend.ts';

const arc = (utilisation: number | null, lossRatio: number | null, latencyMs: number | null) => ({
  ...{ utilisation, lossRatio, latencyMs, loadBps: null, wireLossRatio: null, congestionLossRatio: null },
  ...{ errorRatio: null, baselineLatencyMs: null, unknown: {} },
});

const figure = fc.option(fc.integer({ min: 0, max: 5 }));
const links = fc
  .array(
    fc.record({
      state: fc.constantFrom(...STATES),
      score: figure,
      sinceMs: fc.nat({ max: 5 }),
      az: fc.tuple(figure, figure, figure),
      za: fc.tuple(figure, figure, figure),
      ends: fc.constantFrom(['A', 'B'], ['A', 'C'], ['B', 'C']),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(
      ({ az, za, ends: [a, z], ...rest }, index) =>
        ({
          ...{ id: `l${index}`, a, z, aInterface: `xe-${index}`, zInterface: null, srlgs: index % 2 ? ['duct'] : [] },
          ...rest,
          arcs: { az: arc(...az), za: arc(...za) },
        }) as unknown as LinkView,
    ),
  );

const sortParameter = fc.constantFrom(...LINK_SORTS.flatMap((name) => [name, `-${name}`]));

/** Of every third link nothing is predicted. */
const RISKS = new Map<string, number>(
  Array.from({ length: 30 }, (_, index) => [`l${index}`, ((index * 7) % 10) / 10] as const).filter(
    (_, at) => at % 3 !== 0,
  ),
);

const PEAKS = new Map([...RISKS].map(([id, risk], at) => [id, (risk * 3 + at) % 1.3] as const).slice(5));

const worst = (x: number | null, y: number | null) => (x === null || y === null ? (x ?? y) : Math.max(x, y));
const EXPECTED = { risk: RISKS, peak: PEAKS };
const VALUES: Readonly<Record<(typeof LINK_SORTS)[number], (link: LinkView) => string | number | null>> = {
  id: ({ id }) => id,
  state: ({ state }) => STATES.indexOf(state),
  score: ({ score }) => score,
  az: ({ arcs }) => arcs.az.utilisation,
  za: ({ arcs }) => arcs.za.utilisation,
  latency: ({ arcs }) => worst(arcs.az.latencyMs, arcs.za.latencyMs),
  loss: ({ arcs }) => worst(arcs.az.lossRatio, arcs.za.lossRatio),
  risk: ({ id }) => RISKS.get(id) ?? null,
  peak: ({ id }) => PEAKS.get(id) ?? null,
  since: ({ sinceMs }) => sinceMs,
};

describe('the list of links', () => {
  it('has exactly the links that match, each once', () => {
    fc.assert(
      fc.property(links, fc.subarray([...STATES]), fc.constantFrom('A', 'B', null), (list, states, node) => {
        const parameters = new URLSearchParams({ state: states.join(','), ...(node ? { node } : {}) });
        const ids = chosenLinks(list, readFilter(parameters)).map(({ id }) => id);
        const expected = list.filter(
          (link) =>
            (states.length === 0 || states.includes(link.state)) && (!node || link.a === node || link.z === node),
        );
        expect([...ids].sort()).toEqual(expected.map(({ id }) => id).sort());
      }),
    );
  });

  it('tells links in trouble that somebody knows of from those that nobody knows of, and leaves healthy ones out', () => {
    const link = (id: string, state: string, acknowledged: object | null) =>
      ({ id, state, acknowledged, score: null, srlgs: [] }) as unknown as LinkView;
    const known = { by: 'anna', atMs: 1, reason: 'works' };
    const list = [link('a', 'healthy', null), link('b', 'degraded', null), link('c', 'down', known)];
    const ids = (ack: string) => chosenLinks(list, readFilter(new URLSearchParams({ ack }))).map(({ id }) => id);
    expect(ids('no')).toEqual(['b']);
    expect(ids('yes')).toEqual(['c']);
    expect(ids('perhaps')).toEqual(['a', 'b', 'c']);
  });

  it('stands in order, unknown figures last either way', () => {
    fc.assert(
      fc.property(links, sortParameter, (list, sort) => {
        const name = sort.replace('-', '') as keyof typeof VALUES;
        const values = chosenLinks(list, readFilter(new URLSearchParams({ sort })), EXPECTED).map(VALUES[name]);
        const known = values.filter((value) => value !== null);
        expect(values).toEqual([...known, ...values.filter((value) => value === null)]);
        const byHand = known.toSorted((x, y) => (x < y ? -1 : x > y ? 1 : 0));
        expect(known).toEqual(sort.startsWith('-') ? byHand.reverse() : byHand);
      }),
    );
  });

  it('finds text in names and interfaces, whatever the case, and risk groups', () => {
    const list =
      fc.sample(
        links.filter((each) => each.length > 5),
        1,
      )[0] ?? [];
    const ids = (query: Record<string, string>) =>
      chosenLinks(list, readFilter(new URLSearchParams(query))).map(({ id }) => id);
    expect(ids({ q: 'XE-3' })).toContain('l3');
    expect(ids({ q: 'no such thing' })).toEqual([]);
    expect(ids({ srlg: 'duct', sort: 'id' })).toEqual(
      list.flatMap(({ id, srlgs }) => (srlgs.length ? [id] : [])).sort(),
    );
  });

  it('comes out of the address as it went in, and the usual order is not named', () => {
    for (const name of LINK_SORTS) {
      for (const descending of [true, false]) {
        const text = sortText({ name, descending });
        expect(readFilter(new URLSearchParams(text ? { sort: text } : {})).sort).toEqual({ name, descending });
      }
    }
    expect(sortText({ name: 'score', descending: false })).toBeNull();
    expect(readFilter(new URLSearchParams('state=bad,down&sort=colour'))).toMatchObject({
      states: ['down'],
      sort: { name: 'score' },
    });
  });
});

describe('what a page saw of a link', () => {
  const link = (id: string, utilisation: number | null) =>
    ({ id, arcs: { az: arc(utilisation, null, null), za: arc(null, null, null) } }) as unknown as LinkView;
  const known = (book: TrendBook, id: string) => [...(book.of(id) ?? [])].filter((value) => !Number.isNaN(value));

  it('is one value a step, oldest first, with gaps where nothing was seen', () => {
    const book = new TrendBook();
    book.note([link('x', 0.25)], 0);
    book.note([link('x', 0.5)], TREND_STEP_MS - 1);
    book.note([link('x', 0.75)], 2 * TREND_STEP_MS);
    const row = [...(book.of('x') ?? [])];
    expect(row).toHaveLength(TREND_STEPS);
    expect(row.slice(-3)).toEqual([0.25, Number.NaN, 0.75]);
    expect(book.of('never')).toBeNull();
  });

  it('is forgotten after five minutes, and with the link', () => {
    const book = new TrendBook();
    book.note([link('x', 0.25), link('y', 0.5)], 0);
    book.note([link('x', 1)], TREND_STEPS * TREND_STEP_MS);
    expect(known(book, 'x')).toEqual([1]);
    expect(book.of('y')).toBeNull();
    book.note([link('x', null)], 1000 * TREND_STEPS * TREND_STEP_MS);
    expect(known(book, 'x')).toEqual([]);
  });
});
