import { ORACLE_NODES } from '../contest.ts';
import type { CaseRecord } from '../record.ts';
import { cases, isContested, isJudged, type Row } from './judged.ts';

/** How many cases there are, of what kind, and what is wrong with any. */
export function counts(records: readonly CaseRecord[]): Row[] {
  const judged = records.filter(isJudged);
  const contested = records.filter(isContested);
  const byNetwork = new Map<string, { nodes: number; contested: number }>();
  for (const { network, nodes } of records) byNetwork.set(network, { nodes, contested: 0 });
  for (const { network } of contested) (byNetwork.get(network) as { contested: number }).contested += 1;
  const small = [...byNetwork.values()].filter(({ nodes }) => nodes <= ORACLE_NODES);
  const lower = { better: 'lower', must: 0 } as const;
  return [
    cases('failures-looked-at', records),
    cases('cases', judged),
    cases('contested', contested),
    cases('contested-least-of-a-network', Math.min(...small.map((one) => one.contested))),
    ...[...byNetwork].map(([name, one]) =>
      cases(`contested-of-${name.toLowerCase().replace('/', '-')}`, one.contested),
    ),
    cases(
      'contested-without-exact-optimum',
      contested.filter(({ nodes, outcome }) => nodes <= ORACLE_NODES && !outcome.optimum?.isExact),
      { better: 'lower' },
    ),
    cases(
      'undecided',
      judged.filter(({ nodes, outcome }) => nodes <= ORACLE_NODES && outcome.standing === 'open'),
      { better: 'lower' },
    ),
    cases(
      'affected-differ',
      judged.filter(({ outcome }) => !outcome.sameAffected),
      lower,
    ),
    cases(
      'verified',
      judged.filter(({ outcome }) => outcome.isVerified),
    ),
    cases(
      'refused-by-verify',
      judged.filter(({ outcome }) => outcome.refused !== null),
      lower,
    ),
  ];
}
