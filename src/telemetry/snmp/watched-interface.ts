import type { InterfaceMap } from './interface-map.ts';
import { type Cells, type InterfacePlan, planInterface } from './interface-plan.ts';
import { InterfaceTracker } from './interface-tracker.ts';
import type { LastKnown, Located } from './locate-interface.ts';
import type { PolledInterface } from './targets.ts';

/** One interface under observation. */
export interface Watched {
  readonly polled: PolledInterface;
  readonly tracker: InterfaceTracker;
  /** Null while it cannot be found on the device. */
  plan: InterfacePlan | null;
  /** True when the plan was made from the present map. */
  settled: boolean;
  /** Kept while it cannot be found: it may come back at another place, or under another name. */
  known: LastKnown | null;
  /** What an operator should know of how it was found. */
  note: string | null;
}

export type Planned = Watched & { plan: InterfacePlan };

export function watch(polled: PolledInterface): Watched {
  return { polled, tracker: new InterfaceTracker(), plan: null, settled: false, known: null, note: null };
}

export function isPlanned(watched: Watched): watched is Planned {
  return watched.plan !== null;
}

/** Takes over where an interface was found (null: nowhere), and which columns its agent has for it there. */
export function settleAt(watched: Watched, located: Located | null, cells: Cells): void {
  const plan = located ? planInterface(located, cells) : null;
  const mac = located?.found.mac ?? null;
  const { known } = watched;
  const isOther = known !== null && known.mac !== null && mac !== null && known.mac !== mac;
  if (plan === null || plan.ifIndex !== watched.plan?.ifIndex || isOther) watched.tracker.forget();
  watched.plan = plan;
  watched.settled = true;
  watched.note = located?.note ?? null;
  if (plan !== null) watched.known = { ifIndex: plan.ifIndex, mac: mac ?? known?.mac ?? null };
}

/** Interfaces by name, the watched ones where they really are. */
export function placesOf(
  { byName }: InterfaceMap,
  watched: readonly Watched[],
): ReadonlyMap<string, { ifIndex: string }> {
  const places = new Map<string, { ifIndex: string }>(byName);
  for (const { polled, plan } of watched) if (plan !== null) places.set(polled.name, { ifIndex: plan.ifIndex });
  return places;
}

/** What is wrong with how these are found, one sentence each. */
export function problemsOf(watched: readonly Watched[]): string[] {
  return watched.flatMap(({ plan, polled, note }) => {
    const where = `(end ${polled.end} of link ${polled.linkId})`;
    if (plan === null) return [`it has no interface ${polled.name} ${where}`];
    return note === null ? [] : [`${note} ${where}`];
  });
}

/** Interfaces in groups whose requests stay below `most` varbinds; at least one in each. */
export function groupsOf(planned: readonly Planned[], most: number): Planned[][] {
  const groups: Planned[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const watched of planned) {
    const more = watched.plan.oids.length;
    if (size + more > most) {
      groups.push([]);
      size = 1;
    }
    groups.at(-1)?.push(watched);
    size += more;
  }
  return groups;
}
