import type { LinkView } from '../../../api/schemas/screen.ts';
import type { Change, WhatIf } from '../../../api/schemas/studies.ts';
import { readIds } from '../../shared/ids-text.ts';

export const ACTS = ['fail', 'drain'] as const;
export type Act = (typeof ACTS)[number];

/** What is imagined; it lives in the address, so that it can be shared. */
export interface Imagined {
  readonly fail: readonly string[];
  readonly drain: readonly string[];
  /** Factor for all demands. */
  readonly scale: number;
}

export const SCALE = { min: 0, max: 2, step: 0.05 } as const;
const MAX_IDS = 200;

/** Anything the address says that is not known counts as not said. */
export function readImagined(parameters: URLSearchParams): Imagined {
  const ids = (name: Act) => readIds(parameters.get(name)).slice(0, MAX_IDS);
  const scale = Number(parameters.get('scale') ?? 1);
  return {
    fail: ids('fail'),
    drain: ids('drain'),
    scale: Number.isFinite(scale) ? Math.min(SCALE.max, Math.max(SCALE.min, scale)) : 1,
  };
}

/** With this id failed or drained, or as it was when that is so already. An id stands in one list only. */
export function toggled({ fail, drain }: Imagined, act: Act, id: string): Pick<Imagined, Act> {
  const without = { fail: fail.filter((each) => each !== id), drain: drain.filter((each) => each !== id) };
  const wasOn = { fail, drain }[act].includes(id);
  return wasOn ? without : { ...without, [act]: [...without[act], id] };
}

export function isNothing({ fail, drain, scale }: Imagined): boolean {
  return fail.length === 0 && drain.length === 0 && scale === 1;
}

/** As the API takes it: what is as it is now is left out. */
export function changeOf({ fail, drain, scale }: Imagined): Change {
  return {
    ...(fail.length > 0 ? { fail: [...fail] } : {}),
    ...(drain.length > 0 ? { drain: [...drain] } : {}),
    ...(scale === 1 ? {} : { scale }),
  };
}

export const STAGES = ['now', 'before', 'after'] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_LABELS: Readonly<Record<Stage, string>> = {
  now: 'Now',
  before: 'With the change',
  after: 'After the plan',
};

/**
 * The links as they would be: loads by the model, failed ones down. What is measured (loss, latency) says nothing about
 * a network that is imagined, and is left out.
 */
export function imaginedLinks(links: readonly LinkView[], answer: WhatIf, stage: Stage): LinkView[] {
  const loads = new Map(answer.loads.map((load) => [load.arc, load]));
  const failed = new Set(stage === 'now' ? [] : answer.failedLinks);
  return links.map((link) => {
    const isFailed = failed.has(link.id);
    const way = (direction: 'az' | 'za'): LinkView['arcs']['az'] => {
      const load = loads.get(`${link.id}:${direction}`);
      const bps = load ? { now: load.nowBps, before: load.beforeBps, after: load.afterBps }[stage] : null;
      const capacityBps = load?.capacityBps ?? link.capacityBps[direction];
      return {
        ...link.arcs[direction],
        ...{ lossRatio: null, wireLossRatio: null, congestionLossRatio: null, errorRatio: null, latencyMs: null },
        loadBps: isFailed ? 0 : bps,
        utilisation: isFailed || bps === null ? null : bps / capacityBps,
        unknown: { lossRatio: 'this network is imagined', latencyMs: 'this network is imagined' },
      };
    };
    const state = isFailed
      ? ({ state: 'down', score: 0, reason: 'imagined to have failed' } as const)
      : { state: link.state, score: link.score, reason: link.reason };
    return { ...link, ...state, arcs: { az: way('az'), za: way('za') } };
  });
}
