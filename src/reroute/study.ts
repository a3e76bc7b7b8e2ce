import { indexNetwork, type Network } from '../../topology/model.ts';
import { DetourError, type ErrorKey } from '../core/errors.ts';
import type { Change } from './change.ts';
import { type Estimate, type EstimateView, estimateDemands } from './estimate-demands.ts';
import type { PlanInput, PlanOutcome, PlanTrigger } from './plan.ts';
import { type PlanIds, planReroutes } from './planner.ts';
import { type Recording, type Replay, replayPlan } from './replay.ts';
import { type WhatIf, whatIf } from './what-if.ts';

/** Work that takes long and writes nothing: for a thread of its own. Plain data, so that it can be sent there. */
export type Study =
  | {
      readonly kind: 'what-if';
      readonly network: Network;
      readonly input: PlanInput;
      readonly change: Change;
      readonly top: number;
    }
  | { readonly kind: 'replay'; readonly recording: Recording }
  | { readonly kind: 'estimate'; readonly network: Network; readonly view: EstimateView }
  | {
      readonly kind: 'plan';
      readonly network: Network;
      readonly input: PlanInput;
      readonly trigger: PlanTrigger;
      readonly ids: PlanIds;
    };

export interface Refusal {
  readonly kind: 'refused';
  readonly key: ErrorKey;
  readonly message: string;
  readonly field: string | undefined;
  readonly value: unknown;
  readonly hint: string | undefined;
}

export type StudyAnswer =
  | { readonly kind: 'what-if'; readonly result: WhatIf }
  | { readonly kind: 'replay'; readonly result: Replay }
  | { readonly kind: 'estimate'; readonly result: Estimate }
  | { readonly kind: 'plan'; readonly result: PlanOutcome }
  | Refusal;

/** Does it. Errors for people come back as values: sent between threads they would lose their code. */
export function study(task: Study): StudyAnswer {
  try {
    return answer(task);
  } catch (error) {
    if (!(error instanceof DetourError)) throw error;
    const { message, field, value, hint } = error;
    return { kind: 'refused', key: error.code.slice('DETOUR_ERR_'.length) as ErrorKey, message, field, value, hint };
  }
}

function answer(task: Study): StudyAnswer {
  if (task.kind === 'replay') {
    const { network, ...recording } = task.recording;
    return { kind: 'replay', result: replayPlan(indexNetwork(network), recording) };
  }
  const network = indexNetwork(task.network);
  if (task.kind === 'estimate') return { kind: 'estimate', result: estimateDemands(network, task.view) };
  if (task.kind === 'plan') return { kind: 'plan', result: planReroutes(network, task.input, task.trigger, task.ids) };
  return { kind: 'what-if', result: whatIf({ network, input: task.input }, task.change, task.top) };
}
