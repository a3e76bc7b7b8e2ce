import { describe, expect, it } from 'vitest';
import { portFigures } from '../../../../src/telemetry/snmp/device/port-figures.ts';

const light = (name: string, value: number | null) => ({ kind: 'dbm', name, value, unit: 'dBm', status: 'ok' });
const heat = (name: string, value: number | null, unit = 'C') => ({
  ...{ kind: 'temperature', name, value, unit },
  status: 'ok',
});

describe('figures of ports', () => {
  it('are those of the sensors that name the port, as vendors name them', () => {
    const sensors = [
      light('xe-0/0/1 rx power', -3.2),
      light('xe-0/0/1 tx power', -1),
      heat('xe-0/0/1 module', 41),
      heat('DOM Temperature Sensor for Ethernet3', 38.5),
      light('DOM RX Power Sensor for Ethernet3', -7),
      light('Ethernet1/7 Lane 1 Transceiver Receive Power Sensor', -5),
      light('Ethernet1/7 Lane 2 Transceiver Receive Power Sensor', -6.5),
      heat('Routing Engine 0', 55),
    ];
    const found = portFigures(sensors, ['xe-0/0/1', 'Ethernet3', 'Ethernet1/7', 'xe-0/0/2']);
    expect(Object.fromEntries(found)).toEqual({
      'xe-0/0/1': { rxPowerDbm: -3.2, transceiverTemperatureCelsius: 41 },
      Ethernet3: { rxPowerDbm: -7, transceiverTemperatureCelsius: 38.5 },
      'Ethernet1/7': { rxPowerDbm: -6.5 },
    });
  });

  it('are not those of a port whose name only begins or ends alike', () => {
    const names = ['Ethernet1', 'Ethernet10', 'Ethernet1/1', 'xe-0/0/1', 'xe-0/0/1:2', 'GigE0/0', 'TenGigE0/0'];
    const sensors = names.map((name, at) => heat(`${name} module`, 30 + at));
    const found = portFigures(sensors, names);
    for (const [at, name] of names.entries()) expect(found.get(name)?.transceiverTemperatureCelsius).toBe(30 + at);
    const unit = portFigures([heat('xe-0/0/1 module', 40)], ['xe-0/0/1.7']);
    expect(unit.get('xe-0/0/1.7')).toEqual({ transceiverTemperatureCelsius: 40 });
  });

  it('leave out what is not known, broken, or in another unit', () => {
    const sensors = [heat('et1 module', null), heat('et1 module', 3000), heat('et1 module', 110, 'F')];
    expect(portFigures([...sensors, light('et1 rx power', -99)], ['et1']).size).toBe(0);
  });
});
