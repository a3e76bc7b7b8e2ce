import { expect, it } from 'vitest';
import { applyProposal, BY_ITSELF } from '../../../src/reroute/apply.ts';
import type { Tunnel } from '../../../src/reroute/proposal.ts';
import { threeSteps } from './three-steps.ts';

it('what another proposal moves while a change is under way stays where that one led it', async () => {
  const at = await threeSteps();
  await applyProposal(at.deps, at.id, BY_ITSELF);
  const steps = (await at.proposal()).execution?.steps ?? [];
  const last = steps.at(-1)?.set[0] as Tunnel;
  const theirs: Tunnel = { ...last, proposalId: 'r-other' };
  await at.store.traffic.changeTunnels([], [theirs]);
  await at.look();
  expect((await at.look()).status).toBe('applied');
  const { tunnels } = await at.store.traffic.tunnels();
  expect(tunnels.find(({ demand }) => demand === last.demand)).toEqual(theirs);
  expect(tunnels.filter(({ proposalId }) => proposalId === at.id)).toHaveLength(2);
});
