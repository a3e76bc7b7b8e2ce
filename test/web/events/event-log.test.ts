import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../../src/api/schemas/screen.ts';
import { EVENT_TYPES } from '../../../src/store/events.ts';
import { apiFilter, KINDS, readEventFilter, readEvents } from '../../../src/web/screens/events/event-log.ts';

const NOW_MS = 1_700_000_000_000;

describe('the filter of events', () => {
  it('says in the words of the API what the address says', () => {
    const filter = readEventFilter(
      new URLSearchParams('kind=devices,party&severity=major,worse&link=AB&q=%20down%20&span=1h'),
    );
    expect(apiFilter(filter, NOW_MS)).toEqual({
      type: ['device-silent', 'device-back', 'samples-refused'],
      severity: ['major'],
      ...{ link: 'AB', device: null, reroute: null },
      q: 'down',
      since: NOW_MS - 3_600_000,
    });
    expect(Object.values(apiFilter(readEventFilter(new URLSearchParams('span=2y')), NOW_MS))).toEqual(
      Array(7).fill(null),
    );
  });

  it('has a kind for every type of event', () => {
    expect(Object.values(KINDS).flat().sort()).toEqual([...EVENT_TYPES].sort());
  });
});

describe('reading the log', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Serves events 1..count by the rules of the API, so many at a time. */
  function serve(count: number, most: number): void {
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    vi.stubGlobal('fetch', async (url: string) => {
      const query = new URL(url, 'http://x').searchParams;
      const [after, before] = [query.get('after'), query.get('before')];
      const found = after ? ids.filter((id) => id > Number(after)) : ids.toReversed();
      const older = before ? found.filter((id) => id < Number(before)) : found;
      const items = older.slice(0, most).map((id) => ({ id: String(id) }) as Event);
      const next = older.length > most ? (items.at(-1)?.id ?? null) : null;
      return Response.json({ items, next });
    });
  }
  const signal = new AbortController().signal;
  const ids = (items: readonly Event[]) => items.map(({ id }) => id);

  it('begins with the newest, and goes on to older ones', async () => {
    serve(5, 2);
    const first = await readEvents({}, null, signal);
    expect([ids(first.items), first.before, first.upTo]).toEqual([['5', '4'], '4', '5']);
    const older = await readEvents({}, { before: '4' }, signal);
    expect(ids(older.items)).toEqual(['3', '2']);
  });

  it('takes all that is new, however many pages, newest first', async () => {
    serve(9, 2);
    const { items, upTo } = await readEvents({}, { after: '2' }, signal);
    expect([ids(items), upTo]).toEqual([['9', '8', '7', '6', '5', '4', '3'], '9']);
    expect(await readEvents({}, { after: '9' }, signal)).toEqual({ items: [], before: null, upTo: '9' });
  });

  it('knows where to go on when nothing matches yet', async () => {
    serve(0, 2);
    expect(await readEvents({}, null, signal)).toEqual({ items: [], before: null, upTo: '0' });
  });
});
