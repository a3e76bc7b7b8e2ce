import type { Commands, MetricChange } from '../reroute/actuator.ts';

/** Where an arc leaves its router: the router's id and the name of its interface. */
export interface ArcInterface {
  readonly device: string;
  readonly interface: string;
}

/** OSPF costs as FRRouting's vtysh takes them, one block per router. Without a name the arc's id stands for both. */
export function metricCommands(
  metrics: readonly MetricChange[],
  interfaceOf: (arc: string) => ArcInterface = (arc) => ({ device: arc, interface: arc }),
): Commands[] {
  const byDevice = new Map<string, string[]>();
  for (const { arc, to } of metrics) {
    const { device, interface: name } = interfaceOf(arc);
    const lines = byDevice.get(device) ?? ['configure terminal'];
    lines.push(`interface ${name}`, `ip ospf cost ${to}`, 'exit');
    byDevice.set(device, lines);
  }
  return [...byDevice].map(([target, lines]) => ({ target, lines: [...lines, 'end'] }));
}
