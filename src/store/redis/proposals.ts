import { DetourError } from '../../core/errors.ts';
import { compileSchema } from '../../core/schema.ts';
import {
  isOpen,
  type Proposal,
  type ProposalBrief,
  ProposalBriefSchema,
  ProposalSchema,
} from '../../reroute/proposal.ts';
import { newestFirst } from '../rules.ts';
import type { PlanStore } from '../store.ts';
import type { RedisContext } from './context.ts';
import { guarded } from './errors.ts';
import { unpack } from './packed.ts';

const proposalRecord = compileSchema(ProposalSchema, 'CORRUPT_RECORD');
const briefRecord = compileSchema(ProposalBriefSchema, 'CORRUPT_RECORD');

type Readers = Pick<PlanStore, 'briefs' | 'openProposals' | 'proposalsById' | 'proposal'>;

/** Reading proposals. Whole ones may be large, so those that stand are read once per change, not once per question. */
export function redisProposals({ connection, keys, records }: RedisContext): Readers {
  /** By id, with the version it was read at; holds open proposals only, so it is as bounded as they are. */
  let known = new Map<string, { readonly version: string; readonly proposal: Proposal }>();

  const decode = async (proposalId: string, data: Buffer) =>
    records.one(proposalRecord, keys.proposals, proposalId, await unpack(keys.proposals, proposalId, data));

  /** Null, after a report, for one that cannot be read. */
  const member = async (proposalId: string, data: Buffer | null): Promise<Proposal | null> => {
    if (data === null) return null;
    try {
      return await decode(proposalId, data);
    } catch (error) {
      if (!(error instanceof DetourError)) throw error;
      records.reportOnce({ key: keys.proposals, field: proposalId, problem: error.message });
      return null;
    }
  };

  const proposalsById = async (ids: readonly string[]) => {
    if (ids.length === 0) return [];
    const data = await guarded('read proposals', () => connection.hmgetBuffer(keys.proposals, ...ids));
    const found: Proposal[] = [];
    // One after the other: unpacked texts of many at once would be what this is to avoid.
    for (const [index, id] of ids.entries()) {
      const proposal = await member(id, data[index] ?? null);
      if (proposal) found.push(proposal);
    }
    return found;
  };

  const proposal = async (proposalId: string) => {
    const data = await guarded('read a proposal', () => connection.hgetBuffer(keys.proposals, proposalId));
    return data === null ? null : decode(proposalId, data);
  };

  const readBriefs = async (key: string): Promise<ProposalBrief[]> => {
    const texts = await guarded('read proposals in short', () => connection.hgetall(key));
    const all = Object.entries(texts).map(([id, text]) => records.member(briefRecord, key, id, text));
    return all.filter((brief) => brief !== null);
  };

  const briefs: Readers['briefs'] = async (scope) => {
    const found = await Promise.all([
      readBriefs(keys.openBriefs),
      scope === 'all' ? readBriefs(keys.closedBriefs) : [],
    ]);
    // One that was closed between the two reads is in both.
    return newestFirst([...new Map(found.flat().map((brief) => [brief.id, brief])).values()]);
  };

  const openProposals = async () => {
    const open = await briefs('open');
    const isKnown = (brief: ProposalBrief) => known.get(brief.id)?.version === versionOf(brief);
    const read = await proposalsById(open.filter((brief) => !isKnown(brief)).map(({ id }) => id));
    const fresh = new Map(read.map((each) => [each.id, { version: versionOf(each), proposal: deepFreeze(each) }]));
    const entries = open.map(({ id }) => [id, fresh.get(id) ?? known.get(id)] as const);
    known = new Map(entries.flatMap(([id, entry]) => (entry && isOpen(entry.proposal) ? [[id, entry]] : [])));
    return newestFirst([...known.values()].map((entry) => entry.proposal));
  };

  return { briefs, openProposals, proposalsById, proposal };
}

function versionOf({ revision, status, updatedAtMs }: Pick<Proposal, 'revision' | 'status' | 'updatedAtMs'>): string {
  return `${revision}:${status}:${updatedAtMs}`;
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') deepFreeze(inner);
  return Object.freeze(value);
}
