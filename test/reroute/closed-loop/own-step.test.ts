import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/reroute/actuator.ts';
import { stepInForce, stepToApply, stepToRevert } from '../../../src/reroute/closed-loop/own-step.ts';
import type { Tunnel } from '../../../src/reroute/proposal.ts';

const tunnel = (demand: string, proposalId: string, arc = 'l0:az'): Tunnel => ({
  ...{ demand, source: 'n0', target: 'n1', proposalId },
  paths: [{ share: 1, arcs: [arc] }],
});
const step = (more: Partial<Step>): Step => ({
  ...{ set: [], remove: [], before: [], metrics: [], key: 'k', summary: '', commands: [], ...more },
});
const demandsOf = (tunnels: readonly Tunnel[]) => tunnels.map(({ demand }) => demand);

describe('what of a step is to be done', () => {
  const planned = step({
    set: [tunnel('d', 'mine'), tunnel('e', 'mine')],
    remove: ['f', 'g'],
    before: [tunnel('d', 'theirs', 'l1:az')],
  });

  it('all of it while demands are as they were when it was laid out', () => {
    const present = [tunnel('d', 'theirs', 'l1:az'), tunnel('f', 'mine', 'l1:az'), tunnel('g', 'mine', 'l1:az')];
    expect(stepToApply(planned, 'mine', present)).toEqual(planned);
    expect(stepToApply(planned, 'mine', [tunnel('d', 'mine'), tunnel('e', 'mine')])).toEqual(planned);
  });

  it('not what another proposal has moved since: neither its way nor its tunnel is touched', () => {
    const present = [tunnel('d', 'other', 'l2:az'), tunnel('f', 'other', 'l2:az'), tunnel('g', 'mine', 'l1:az')];
    const { set, remove } = stepToApply(planned, 'mine', present);
    expect([demandsOf(set), remove]).toEqual([['e'], ['g']]);
  });
});

describe('what of a step is to be taken back', () => {
  const planned = step({
    set: [tunnel('d', 'mine'), tunnel('e', 'mine')],
    before: [tunnel('d', 'theirs', 'l1:az'), tunnel('e', 'closed', 'l1:az')],
  });

  it('its own tunnels; what was before comes back only while its proposal stands', () => {
    const present = [tunnel('d', 'mine'), tunnel('e', 'mine')];
    const back = stepToRevert(planned, 'mine', present, new Set(['theirs']));
    expect(demandsOf(back.set)).toEqual(['d', 'e']);
    expect(back.before).toEqual([tunnel('d', 'theirs', 'l1:az')]);
  });

  it('not a demand that another proposal has moved since', () => {
    const present = [tunnel('d', 'other', 'l2:az'), tunnel('e', 'mine')];
    const back = stepToRevert(planned, 'mine', present, new Set(['theirs', 'other']));
    expect([demandsOf(back.set), back.before]).toEqual([['e'], []]);
  });

  it('all of it where the step may have been done and not been written: what was before still stands there', () => {
    const present = [tunnel('d', 'theirs', 'l1:az'), tunnel('e', 'closed', 'l1:az')];
    expect(demandsOf(stepToRevert(planned, 'mine', present, new Set(['theirs'])).set)).toEqual(['d', 'e']);
  });

  it("never touches a demand that is another proposal's by a tunnel which was not there before the step", () => {
    const owner = fc.constantFrom('mine', 'theirs', 'other', null);
    fc.assert(
      fc.property(fc.array(owner, { minLength: 2, maxLength: 2 }), ([d, e]) => {
        const present = [
          ...(d ? [tunnel('d', d, d === 'theirs' ? 'l1:az' : 'l3:az')] : []),
          ...(e ? [tunnel('e', e, 'l3:az')] : []),
        ];
        const { set, before } = stepToRevert(planned, 'mine', present, new Set(['theirs', 'other']));
        const touched = new Set([...demandsOf(set), ...demandsOf(before)]);
        expect(touched.has('d')).toBe(d !== 'other');
        expect(touched.has('e')).toBe(e === 'mine' || e === null);
      }),
    );
  });
});

describe('what of a step the network must have', () => {
  it('the tunnels that are still its own, and its metrics', () => {
    const metrics = [{ arc: 'l0:az', from: 10, to: 20 }];
    const planned = step({ set: [tunnel('d', 'mine'), tunnel('e', 'mine')], remove: ['f'], metrics });
    const inForce = stepInForce(planned, 'mine', [tunnel('d', 'mine'), tunnel('e', 'other')]);
    expect(demandsOf(inForce.set)).toEqual(['d']);
    expect(inForce.remove).toEqual([]);
    expect(inForce.metrics).toEqual(metrics);
  });
});
