import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event, NewEvent } from '../../src/store/events.ts';
import { LIMITS } from '../../src/store/keys.ts';
import { createHarness, type Harness, linkEvent, START_MS } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness();
});
afterEach(async () => {
  await harness.app.close();
  await harness.store.close();
});

async function call(method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await harness.app.inject({ method, url, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.json() };
}
const list = async (query: string) => (await call('GET', `/api/v1/events?${query}`)).body;

const EVENTS: NewEvent[] = [
  linkEvent('AB', 'AB is down'),
  { ...linkEvent('BC', 'BC is slow'), severity: 'minor', atMs: START_MS + 1000 },
  { ...linkEvent('AB', 'moved off AB'), type: 'proposal-created', severity: 'major', proposalId: 'r1' },
  { ...linkEvent('AD', 'A is silent'), type: 'device-silent', linkId: null, deviceId: 'A', atMs: START_MS + 2000 },
  { ...linkEvent('AB', 'AB is up'), severity: 'info', cleared: true, atMs: START_MS + 3000 },
];

describe('GET /events', () => {
  beforeEach(async () => harness.store.events.append(EVENTS));

  it.each([
    ['type=device-silent', ['A is silent']],
    ['type=device-silent,proposal-created', ['A is silent', 'moved off AB']],
    ['severity=info&severity=minor', ['AB is up', 'BC is slow']],
    ['link=AB', ['AB is up', 'moved off AB', 'AB is down']],
    ['device=A', ['A is silent']],
    ['reroute=r1', ['moved off AB']],
    [`since=${START_MS + 2000}`, ['AB is up', 'A is silent']],
    [`since=${START_MS + 1000}&until=${START_MS + 2000}`, ['A is silent', 'BC is slow']],
    ['q=ab%20is', ['AB is up', 'AB is down']],
    ['q=r1', ['moved off AB']],
    ['link=AB&severity=critical', ['AB is down']],
    ['q=nothing%20like%20it', []],
  ])('with %s is %j', async (query, messages) => {
    const { items, next } = await list(query);
    expect([items.map(({ message }: Event) => message), next]).toEqual([messages, null]);
  });

  it.each(['before', 'after'])('gives every match once, page by page, by %s', async (name) => {
    const seen: string[] = [];
    for (let place: string | null = name === 'after' ? '0' : ''; place !== null; ) {
      const { items, next }: { items: Event[]; next: string | null } = await list(
        `link=AB&limit=1${place ? `&${name}=${place}` : ''}`,
      );
      expect(items).toHaveLength(1);
      seen.push(...items.map(({ message }) => message));
      place = next;
    }
    const oldestFirst = ['AB is down', 'moved off AB', 'AB is up'];
    expect(seen).toEqual(name === 'after' ? oldestFirst : oldestFirst.reverse());
  });

  it('finds the one match behind thousands of others', async () => {
    const others = Array.from({ length: 1_000 }, () => linkEvent('EF'));
    for (let round = 0; round < 5; round += 1) await harness.store.events.append(others);
    expect((await list('device=A')).items).toHaveLength(1);
    const oldest = await list('after=0&device=A');
    expect(oldest.items).toHaveLength(1);
    expect(LIMITS.eventsMax).toBeGreaterThan(5_000);
  });

  it.each([
    ['before=yesterday', 'before'],
    ['before=5-0&after=4-0', 'before'],
    ['type=party', 'type[0]'],
    ['severity=bad', 'severity[0]'],
    ['since=now', 'since'],
    ['colour=red', 'colour'],
  ])('refuses %s', async (query, field) => {
    expect(await call('GET', `/api/v1/events?${query}`)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});

describe('comments on events', () => {
  let eventId: string;
  beforeEach(async () => {
    await harness.store.events.append(EVENTS);
    eventId = (await list('severity=minor')).items[0].id;
  });

  it('stand with their event, in the order they came, and in the log', async () => {
    harness.clock.advance(5000);
    const first = await call('POST', `/api/v1/events/${eventId}/comments`, { text: ' on it ', by: 'night shift' });
    expect(first.status).toBe(201);
    await harness.store.events.append([linkEvent('EF')]);
    await call('POST', `/api/v1/events/${eventId}/comments`, { text: 'done' });
    const { body } = await call('GET', `/api/v1/events/${eventId}`);
    expect(body).toMatchObject({
      ...{ id: eventId, message: 'BC is slow' },
      comments: [
        { message: 'on it', linkId: 'BC', atMs: START_MS + 5000, details: { eventId, by: 'night shift' } },
        { message: 'done', details: { eventId, by: null } },
      ],
    });
    expect((await list('type=comment')).items).toEqual(body.comments.toReversed());
    const other = (await list('device=A')).items[0].id;
    expect((await call('GET', `/api/v1/events/${other}`)).body.comments).toEqual([]);
  });

  it('are not comments on comments', async () => {
    const { body } = await call('POST', `/api/v1/events/${eventId}/comments`, { text: 'one' });
    const again = await call('POST', `/api/v1/events/${body.comments[0].id}/comments`, { text: 'two' });
    expect(again).toMatchObject({ status: 409, body: { hint: `comment on event ${eventId}` } });
  });

  it.each([
    [{}],
    [{ text: '' }],
    [{ text: ' \n' }],
    [{ text: 'x'.repeat(1001) }],
    [{ text: 'a', by: '' }],
    [{ text: 1 }],
  ])('refuses %j', async (body) => {
    expect((await call('POST', `/api/v1/events/${eventId}/comments`, body)).status).toBe(400);
  });

  it.each(['1-1', 'x', '99999999999999-0', '18446744073709551615-18446744073709551615'])(
    'say that there is no event %s',
    async (id) => {
      expect((await call('GET', `/api/v1/events/${id}`)).status).toBe(404);
      expect((await call('POST', `/api/v1/events/${id}/comments`, { text: 'a' })).status).toBe(404);
    },
  );

  it('are bounded in number', async () => {
    const post = () => call('POST', `/api/v1/events/${eventId}/comments`, { text: 'again' });
    for (let count = 0; count < 30; count += 1) expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(429);
  });
});
