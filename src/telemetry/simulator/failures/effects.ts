import { createRng, fnv1a } from '../../../core/rng.ts';
import type { LinkTable, PlantState } from '../plant.ts';
import { type Failure, precursorStrength } from './failure.ts';

/** Errors of a link that is getting worse: from nothing one can measure to just below what makes it unhealthy. */
const [FIRST_ERRORS, LAST_ERRORS] = [-9, -2.4];
/** Of the way to the correction limit, as far as a link fades before it falls. */
const BEFORE_CLIFF = 0.92;
const BURST_SECONDS = 60;
/** By so much a card, and what its router says of itself, is too warm when it gives up. */
const OVERHEATED_CELSIUS = 35;

/** Puts what a failure does at a time (seconds of its schedule) into the state of the plant. */
export function applyFailure(failure: Failure, atSeconds: number, links: LinkTable, state: PlantState): void {
  const strength = precursorStrength(failure, atSeconds);
  if (strength > 0) announce(failure, strength, atSeconds, links, state);
  if (!failure.isFailure || atSeconds < failure.onsetAt) return;
  failure.links.forEach((link, at) => {
    if (atSeconds < (failure.endsAt[at] as number)) strike(failure, link, links, state);
  });
}

/** The arcs of a link that trouble with one of its directions is about; trouble with a conduit is about both. */
function arcsHit(failure: Failure, link: number, links: LinkTable): readonly number[] {
  const pair = links.arcs[link] as readonly [number, number];
  return failure.links.length > 1 && failure.node === null ? pair : [pair[failure.side]];
}

/** The arc by which traffic leaves the router that is in trouble. */
function arcFrom(node: number, link: number, links: LinkTable): number {
  const [az, za] = links.arcs[link] as readonly [number, number];
  return links.a[link] === node ? az : za;
}

function announce(failure: Failure, strength: number, atSeconds: number, links: LinkTable, state: PlantState): void {
  const { kind, node, severity } = failure;
  if (node !== null) heatOrLoad(failure, node, strength, links, state);
  for (const link of failure.links) {
    for (const arc of arcsHit(failure, link, links)) {
      if (kind === 'optical-decay') {
        add(state.rxDropDb, arc, strength * (3 + 5 * severity));
        raise(state.bitErrorRise, arc, strength * BEFORE_CLIFF);
      } else if (kind === 'corruption') {
        add(state.rxDropDb, arc, 2 * strength);
        lose(state.corruption, arc, 10 ** (FIRST_ERRORS + strength * (LAST_ERRORS - FIRST_ERRORS)));
      } else if (kind === 'flapping') lose(state.corruption, arc, burst(failure.id, strength, atSeconds));
    }
  }
}

/** Before a card fails by heat its router gets warmer; before it fails by load its processor has less and less left. */
function heatOrLoad(failure: Failure, node: number, strength: number, links: LinkTable, state: PlantState): void {
  if (failure.kind === 'overheating') {
    add(state.temperatureRiseCelsius, node, OVERHEATED_CELSIUS * strength);
    for (const link of failure.links) {
      add(state.cardRiseCelsius, arcFrom(node, link, links), OVERHEATED_CELSIUS * strength);
    }
  }
  if (failure.kind !== 'overload') return;
  raise(state.cpuRise, node, 0.9 * strength);
  for (const link of failure.links) add(state.extraLatencyMs, arcFrom(node, link, links), 4 * strength ** 2);
}

/** Bursts of errors, some minutes, more often as the time comes nearer. Drawn by name and minute, so that anyone may ask. */
function burst(id: string, strength: number, atSeconds: number): number {
  // The hash alone would hardly differ between minutes that differ in their last digit.
  const drawn = createRng(fnv1a(`${id}:${Math.floor(atSeconds / BURST_SECONDS)}`)).next();
  const chance = 0.5 * strength;
  return drawn < chance ? 10 ** (-5.5 + (3 * drawn) / chance) : 0;
}

function strike(failure: Failure, link: number, links: LinkTable, state: PlantState): void {
  const { kind, node, severity } = failure;
  switch (kind) {
    case 'black-hole':
      for (const arc of arcsHit(failure, link, links)) {
        lose(state.corruption, arc, 1);
        state.isSilent[arc] = 1;
      }
      return;
    case 'corruption':
      for (const arc of arcsHit(failure, link, links)) lose(state.corruption, arc, 10 ** (-1.7 + 0.8 * severity));
      return;
    case 'flapping':
      raise(state.flapShare, link, 0.2 + 0.4 * severity);
      return;
    case 'overload':
      if (node !== null) overload(node, link, severity, links, state);
      return;
    default:
      state.linkUp[link] = 0;
      if (kind === 'maintenance') state.shut[link] = 1;
      if (kind === 'overheating' && node !== null) {
        raise(state.temperatureRiseCelsius, node, OVERHEATED_CELSIUS);
        raise(state.cardRiseCelsius, arcFrom(node, link, links), OVERHEATED_CELSIUS);
      }
  }
}

/** CPU, then latency, then throughput and loss: packets wait for the processor and are dropped before they are sent. */
function overload(node: number, link: number, severity: number, links: LinkTable, state: PlantState): void {
  const arc = arcFrom(node, link, links);
  raise(state.cpuRise, node, 1);
  raise(state.extraLatencyMs, arc, 60 + 90 * severity);
  lose(state.throttled, arc, 0.02 + 0.13 * severity);
}

function add(values: Float64Array, at: number, more: number): void {
  values[at] = (values[at] as number) + more;
}

function raise(values: Float64Array, at: number, to: number): void {
  if (to > (values[at] as number)) values[at] = to;
}

/** Independent losses: survivors multiply. */
function lose(values: Float64Array, at: number, share: number): void {
  values[at] = 1 - (1 - (values[at] as number)) * (1 - share);
}
