import type { Static } from 'typebox';
import type { NetworkIndex, NetworkNode } from '../../topology/model.ts';
import type { LinkState } from '../health/link-state.ts';
import { silenceMs } from '../health/staleness.ts';
import type { Store } from '../store/store.ts';
import { type ReadingsNow, readingsOf } from './device-readings.ts';
import type { DEVICE_STATES, DeviceViewSchema } from './schemas/network.ts';
import { countStates } from './status.ts';

export type DeviceView = Static<typeof DeviceViewSchema>;
type DeviceState = (typeof DEVICE_STATES)[number];

/** What is heard of devices beside the states of their links. */
export interface DeviceNews {
  readonly slow: ReadonlyMap<string, DeviceView['slow']>;
  readonly readings: ReadingsNow;
}

/** A node as the API shows it: never its address or where its credentials are. */
export function deviceView(
  node: NetworkNode,
  network: NetworkIndex,
  states: ReadonlyMap<string, LinkState>,
  { slow, readings }: DeviceNews,
  nowMs: number,
): DeviceView {
  const links = network.linksByNode.get(node.id) ?? [];
  const known = links.flatMap((link) => states.get(link.id) ?? []);
  const heard = links.map((link) => heardAt(states.get(link.id), link.a === node.id ? 'a' : 'z', nowMs));
  const reporting = heard.filter((end) => end.reporting).length;
  const times = heard.flatMap((end) => end.atMs ?? []);
  const lastHeardMs = times.length > 0 ? Math.max(...times) : null;
  const { id, name, lat, lon, tier } = node;
  return {
    ...{ id, name, lat, lon, tier },
    hasAddress: node.address !== null,
    state: deviceState(lastHeardMs, reporting),
    lastHeardMs,
    interfaces: { total: links.length, reporting },
    slow: slow.get(node.id) ?? null,
    readings: readingsOf(readings, node.id),
    links: countStates(known),
  };
}

/** What pollers say of their slow devices, by device. */
export async function readSlow({ pollers }: Pick<Store, 'pollers'>): Promise<Map<string, DeviceView['slow']>> {
  const reports = await pollers.readAll();
  return new Map(
    reports.flatMap(({ slow }) => slow.map(({ deviceId, pollMs, silent }) => [deviceId, { pollMs, silent }])),
  );
}

function deviceState(lastHeardMs: number | null, reporting: number): DeviceState {
  if (lastHeardMs === null) return 'never-heard';
  return reporting > 0 ? 'reporting' : 'silent';
}

function heardAt(
  state: LinkState | undefined,
  end: 'a' | 'z',
  nowMs: number,
): { atMs: number | null; reporting: boolean } {
  const atMs = state?.ends[end].receivedAtMs ?? null;
  if (atMs === null) return { atMs, reporting: false };
  return { atMs, reporting: nowMs - atMs <= silenceMs(state?.intervalMs ?? null) };
}
