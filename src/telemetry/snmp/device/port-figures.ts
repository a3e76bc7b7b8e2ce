import type { SensorReport } from './report.ts';

/** What a device tells of the transceiver in one of its ports, by the names it has in the history. */
export type PortFigures = Readonly<Partial<Record<'rxPowerDbm' | 'transceiverTemperatureCelsius', number>>>;

/** Of all that is light level, this is received. */
export const RECEIVED = /\brx\b|receive/i;
/** Beyond these a sensor is broken, or tells something else: dBm (SFF-8472 ends at 8.2 dBm), degrees Celsius. */
const [DARKEST, BRIGHTEST] = [-60, 20];
const [COLDEST, HOTTEST] = [-40, 150];

/**
 * Light received and temperature of the transceivers in these ports, out of everything a device tells: a sensor is about
 * the port that its name names. Of the lanes of a port the darkest counts. Ports without a sensor are left out.
 */
export function portFigures(
  sensors: readonly SensorReport[],
  ports: readonly string[],
): ReadonlyMap<string, PortFigures> {
  const found = new Map<string, PortFigures>();
  for (const port of ports) {
    const own = sensors.filter(({ name }) => isAbout(name, port));
    const received = own.filter(({ kind, name }) => kind === 'dbm' && RECEIVED.test(name));
    const figures = {
      rxPowerDbm: extreme(Math.min, received, DARKEST, BRIGHTEST),
      transceiverTemperatureCelsius: extreme(
        Math.max,
        own.filter(({ kind, unit }) => kind === 'temperature' && /^°?C$|^celsius$/i.test(unit)),
        COLDEST,
        HOTTEST,
      ),
    };
    const known = Object.entries(figures).filter(([, value]) => value !== null);
    if (known.length > 0) found.set(port, Object.fromEntries(known));
  }
  return found;
}

/** `Ethernet1` is not what `Ethernet1/1` or `Ethernet10` is about; a unit (`xe-0/0/0.7`) has the port's transceiver. */
function isAbout(name: string, port: string): boolean {
  const physical = port.replace(/\.\d+$/, '');
  for (let at = name.indexOf(physical); at >= 0; at = name.indexOf(physical, at + 1)) {
    const [before, after] = [name[at - 1] ?? ' ', name.slice(at + physical.length)];
    if (!/[\w/-]/.test(before) && !/^(\w|[/:.]\d)/.test(after)) return true;
  }
  return false;
}

function extreme(
  pick: (...values: number[]) => number,
  sensors: readonly SensorReport[],
  low: number,
  high: number,
): number | null {
  const known = sensors.flatMap(({ value }) => (value !== null && value > low && value < high ? [value] : []));
  return known.length === 0 ? null : pick(...known);
}
