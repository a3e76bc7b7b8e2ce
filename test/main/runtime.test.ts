import { describe, expect, it } from 'vitest';
import { resolveRuntime } from '../../src/main/runtime.ts';
import type { Network } from '../../topology/model.ts';

const network = (address: string | null): Network =>
  ({ name: 'n', nodes: [{ id: 'a', address }], links: [], srlgs: [] }) as unknown as Network;
const open = { roles: null, mode: null };

describe('resolveRuntime', () => {
  it('simulates a network without addresses, and heals it', () => {
    expect(resolveRuntime(open, network(null))).toEqual({
      roles: ['simulate', 'score', 'history', 'work', 'api'],
      simulated: true,
      mode: 'auto',
    });
  });

  it('polls a network with addresses, and only proposes', () => {
    expect(resolveRuntime(open, network('10.0.0.1'))).toMatchObject({ simulated: false, mode: 'manual' });
    expect(resolveRuntime(open, network('10.0.0.1')).roles[0]).toBe('poll');
  });

  it('never lets a real network be changed', () => {
    expect(() => resolveRuntime({ roles: null, mode: 'auto' }, network('10.0.0.1'))).toThrow(/mode: auto/);
  });

  it('refuses roles that cannot be', () => {
    expect(() => resolveRuntime({ roles: ['poll', 'simulate'], mode: null }, network('10.0.0.1'))).toThrow(/^roles/);
    expect(() => resolveRuntime({ roles: ['poll'], mode: null }, network(null))).toThrow(/needs addresses/);
  });
});
