import type { ProposalBrief } from '../reroute/proposal.ts';
import type { Event } from '../store/events.ts';
import type { CsvTable } from './csv.ts';
import type { DeviceView } from './devices.ts';
import type { ListedLink } from './schemas/links.ts';

/** Several values in one cell. */
const list = (values: readonly string[]): string => values.join(' ');

export const LINK_TABLE: CsvTable<ListedLink> = {
  name: 'links',
  columns: {
    id: (link) => link.id,
    a: (link) => link.a,
    z: (link) => link.z,
    aInterface: (link) => link.aInterface,
    zInterface: (link) => link.zInterface,
    state: (link) => link.state,
    score: (link) => link.score,
    sinceMs: (link) => link.sinceMs,
    adminDown: (link) => link.adminDown,
    utilisationAz: (link) => link.arcs.az.utilisation,
    utilisationZa: (link) => link.arcs.za.utilisation,
    loadBpsAz: (link) => link.arcs.az.loadBps,
    loadBpsZa: (link) => link.arcs.za.loadBps,
    lossRatioAz: (link) => link.arcs.az.lossRatio,
    lossRatioZa: (link) => link.arcs.za.lossRatio,
    latencyMsAz: (link) => link.arcs.az.latencyMs,
    latencyMsZa: (link) => link.arcs.za.latencyMs,
    capacityBpsAz: (link) => link.capacityBps.az,
    capacityBpsZa: (link) => link.capacityBps.za,
    presentCapacityBpsAz: (link) => link.presentCapacityBps.az,
    presentCapacityBpsZa: (link) => link.presentCapacityBps.za,
    latencyMsOnFileAz: (link) => link.latencyMs.az,
    latencyMsOnFileZa: (link) => link.latencyMs.za,
    metricAz: (link) => link.metric.az,
    metricZa: (link) => link.metric.za,
    srlgs: (link) => list(link.srlgs),
    receivedAtMs: (link) => link.receivedAtMs,
    reason: (link) => link.reason,
    acknowledgedBy: (link) => link.acknowledged?.by ?? null,
    acknowledgedReason: (link) => link.acknowledged?.reason ?? null,
    forecastPeak: (link) => link.forecastPeak?.utilisation ?? null,
    forecastPeakAtMs: (link) => link.forecastPeak?.atMs ?? null,
  },
};

export const DEVICE_TABLE: CsvTable<DeviceView> = {
  name: 'devices',
  columns: {
    id: (device) => device.id,
    name: (device) => device.name,
    lat: (device) => device.lat,
    lon: (device) => device.lon,
    tier: (device) => device.tier,
    hasAddress: (device) => device.hasAddress,
    state: (device) => device.state,
    lastHeardMs: (device) => device.lastHeardMs,
    interfaces: (device) => device.interfaces.total,
    interfacesReporting: (device) => device.interfaces.reporting,
    cpuRatio: (device) => device.readings.cpuRatio,
    memoryRatio: (device) => device.readings.memoryRatio,
    temperatureCelsius: (device) => device.readings.temperatureCelsius,
    activeSessions: (device) => device.readings.activeSessions,
  },
};

/** Proposals in short: moves have paths of many arcs, which do not fit a table. */
export const REROUTE_TABLE: CsvTable<ProposalBrief> = {
  name: 'reroutes',
  columns: {
    id: (brief) => brief.id,
    revision: (brief) => brief.revision,
    status: (brief) => brief.status,
    kind: (brief) => brief.kind,
    cause: (brief) => brief.cause.kind,
    causeLinks: (brief) => list(brief.cause.links),
    causeSinceMs: (brief) => brief.cause.epochMs,
    links: (brief) => list(brief.links),
    moves: (brief) => brief.moves,
    bps: (brief) => brief.bps,
    expectedSavingBps: (brief) => brief.expectedSavingBps,
    planId: (brief) => brief.planId,
    createdAtMs: (brief) => brief.createdAtMs,
    updatedAtMs: (brief) => brief.updatedAtMs,
    appliedAtMs: (brief) => brief.appliedAtMs,
    closedAtMs: (brief) => brief.closedAtMs,
    closedReason: (brief) => brief.closedReason,
  },
};

export const EVENT_TABLE: CsvTable<Event> = {
  name: 'events',
  columns: {
    id: (event) => event.id,
    atMs: (event) => event.atMs,
    type: (event) => event.type,
    severity: (event) => event.severity,
    cleared: (event) => event.cleared,
    linkId: (event) => event.linkId,
    deviceId: (event) => event.deviceId,
    proposalId: (event) => event.proposalId,
    message: (event) => event.message,
  },
};
