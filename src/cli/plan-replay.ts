import type { Replay } from '../reroute/replay.ts';
import { ask, ownAddress } from './ask.ts';
import { EXIT, print, printJson } from './output.ts';

export interface ReplayFlags {
  readonly replay: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Has a running service make a stored plan again. Returns the exit code: 0 the same came out, 1 it did not. */
export async function replayByService({ replay, url = ownAddress(), json }: ReplayFlags): Promise<number> {
  const result = (await ask(url, `/api/v1/plans/${encodeURIComponent(replay)}/replay`, 'POST')) as Replay;
  if (json) printJson(result);
  else print(describeReplay(result));
  return result.same ? EXIT.ok : EXIT.failed;
}

export function describeReplay({ planId, same, differences, compared, gone, plan }: Replay): string {
  const verdict = same ? 'the same plan came out' : 'another plan came out';
  const made = `${plan.created.length} created, ${plan.revised.length} revised, ${plan.kept.length} kept, ${plan.closed.length} closed`;
  return [
    `${planId}: ${verdict} (${made}; ${compared} proposal(s) compared move by move)`,
    ...(plan.refused ? [`it was refused: ${plan.refused.reason}`] : []),
    ...(gone.length > 0 ? [`changed since or no longer kept, not compared: ${gone.join(', ')}`] : []),
    ...differences.map((difference) => `  ${difference}`),
  ].join('\n');
}
