import { DetourError } from '../core/errors.ts';
import type { ControlKind } from './control.ts';

const HOUR_MS = 3_600_000;

/** How long, and how much of everything is kept. */
export const LIMITS = {
  /** Plans, plan inputs and closed proposals. */
  planTtlMs: 24 * HOUR_MS,
  /** Longer than inputs, so that an input never outlives the network it names. */
  networkTtlMs: 25 * HOUR_MS,
  /** All plan inputs together, compressed; beyond it the oldest go before their 24 h are over. */
  inputBytesMax: 128 * 1024 * 1024,
  /** A day of one a minute and more; compressed, a few tens of MB at most in practice. */
  closedProposalsMax: 2_000,
  eventsMax: 10_000,
  /** Moments that can be shown again: one every 17 s of a day. */
  momentsMax: 5_000,
  truthMax: 10_000,
  /** Samples that may wait in one partition: 40 s of the busiest supported rate over 8 partitions. */
  queuedSamplesMax: 100_000,
  samplesPerBatch: 500,
  /** Figures on their way to the history: minutes of a large network, should the one that keeps history be away. */
  historyBytesMax: 32 * 1024 * 1024,
  historyPerBatch: 600,
  questionsMax: 1_000,
  /** Moments of each kind that wait for their truth: six hours and more at one every five minutes. */
  claimsMax: 300,
  /** How long an answer waits for the one who asked. */
  answerTtlMs: 30_000,
  /** Years of decisions; a step of a change takes some hundred bytes. */
  auditMax: 200_000,
  /** How long a request that is sent again is recognised. */
  requestTtlMs: 24 * HOUR_MS,
} as const;

/** Version of the layout behind these keys; see redis/schema.ts for how data of an older one is brought up. */
export const SCHEMA_VERSION = 1;

/** Names of everything that is kept in Redis for one network. This file is the only place that spells them. */
export interface NetworkKeys {
  /** Prefix for BullMQ's own keys. */
  readonly bullPrefix: string;
  readonly schema: string;
  readonly migrating: string;
  /** Number of partitions the queues and memories are laid out for. */
  readonly partitions: string;
  /** linkId -> state, and beside it linkId -> receivedAtMs, so that a script can compare without decoding. */
  readonly links: string;
  readonly linkTimes: string;
  /** Of one partition: linkId -> the scorer's memory; what was scored last and by which fence; the queue. */
  memories(partition: number): string;
  cursor(partition: number): string;
  samples(partition: number): string;
  /** partition:in, partition:out -> samples that ever went in and out, so that the queue's length is a difference. */
  readonly queued: string;
  /** applied, refused. */
  readonly scored: string;
  readonly events: string;
  /** Figures on their way to the history; beside it their number and bytes so far. */
  readonly history: string;
  readonly historySizes: string;
  readonly questions: string;
  answer(questionId: string): string;
  network(networkHash: string): string;
  readonly inputPrefix: string;
  input(inputId: string): string;
  /** Input ids by time, their sizes, and the sum of the sizes. */
  readonly inputTimes: string;
  readonly inputSizes: string;
  readonly inputBytes: string;
  plan(planId: string): string;
  readonly latestPlan: string;
  readonly planFence: string;
  /** planId -> the moment of that plan in short, and beside it the plans by time. */
  readonly moments: string;
  readonly momentTimes: string;
  /** proposalId -> proposal (compressed), beside it proposalId -> `revision:status`, and the closed ones by time. */
  readonly proposals: string;
  readonly proposalHeads: string;
  /** proposalId -> brief, in one of the two by whether it stands: what is asked every second must stay small. */
  readonly openBriefs: string;
  readonly closedBriefs: string;
  readonly closedProposals: string;
  /** demand -> tunnel, and how often that changed. */
  readonly tunnels: string;
  readonly tunnelsVersion: string;
  /** What was decided and done, append-only. */
  readonly audit: string;
  /** id -> `version:JSON` of what people set up, by kind. */
  control(kind: ControlKind): string;
  /** What an idempotency key was used for. */
  request(requestKey: string): string;
  readonly demands: string;
  readonly demandEstimate: string;
  /** Present while someone holds it; its history (`holder`, `fence`) stays. */
  lease(name: string): string;
  leaseHistory(name: string): string;
  once(name: string): string;
  readonly counters: string;
  /** holder -> what this poller says about itself. */
  readonly pollers: string;
  /** The network as discovery last found it, compressed. */
  readonly discovered: string;
  /** linkId -> prediction; `kind id` -> forecast; name -> report. */
  readonly predictions: string;
  readonly forecasts: string;
  readonly reports: string;
  /** Of one kind: moment -> what was claimed then, compressed, and beside it the moments in order. */
  claims(kind: string): string;
  claimTimes(kind: string): string;
}

/** All keys of a network share a hash tag, so that scripts also work where Redis is a cluster. */
export function networkKeys(networkName: string): NetworkKeys {
  const key = prefixed(`detour:{${networkTag(networkName)}}:`);
  return {
    bullPrefix: key('bull'),
    schema: key('schema'),
    migrating: key('migrating'),
    partitions: key('partitions'),
    links: key('links'),
    linkTimes: key('link-times'),
    memories: (partition) => key(`memories:${partition}`),
    cursor: (partition) => key(`cursor:${partition}`),
    samples: (partition) => key(`samples:${partition}`),
    queued: key('queued'),
    scored: key('scored'),
    events: key('events'),
    history: key('history'),
    historySizes: key('history-sizes'),
    questions: key('questions'),
    answer: (questionId) => key(`answer:${questionId}`),
    network: (networkHash) => key(`network:${networkHash}`),
    inputPrefix: key('input:'),
    input: (inputId) => key(`input:${inputId}`),
    inputTimes: key('input-times'),
    inputSizes: key('input-sizes'),
    inputBytes: key('input-bytes'),
    plan: (planId) => key(`plan:${planId}`),
    latestPlan: key('latest-plan'),
    planFence: key('plan-fence'),
    moments: key('moments'),
    momentTimes: key('moment-times'),
    proposals: key('proposals'),
    proposalHeads: key('proposal-heads'),
    openBriefs: key('open-briefs'),
    closedBriefs: key('closed-briefs'),
    closedProposals: key('closed-proposals'),
    tunnels: key('tunnels'),
    tunnelsVersion: key('tunnels-version'),
    audit: key('audit'),
    control: (kind) => key(`control:${kind}`),
    request: (requestKey) => key(`request:${requestKey}`),
    demands: key('demands'),
    demandEstimate: key('demand-estimate'),
    lease: (name) => key(`lease:${name}`),
    leaseHistory: (name) => key(`lease-history:${name}`),
    once: (name) => key(`once:${name}`),
    counters: key('counters'),
    pollers: key('pollers'),
    discovered: key('discovered'),
    predictions: key('predictions'),
    forecasts: key('forecasts'),
    reports: key('reports'),
    claims: (kind) => key(`claims:${kind}`),
    claimTimes: (kind) => key(`claim-times:${kind}`),
  };
}

/** Where the simulator's ground truth goes: a prefix of its own, so that no reader of the other one sees it. */
export function truthKey(networkName: string): string {
  return `detour-truth:{${networkTag(networkName)}}:log`;
}

const prefixed = (prefix: string) => (name: string) => `${prefix}${name}`;

/** Percent-encoded (injective), so that braces and colons of a name cannot reach into other networks' keys. */
function networkTag(networkName: string): string {
  if (networkName.length === 0 || networkName.length > 128 || /\p{Surrogate}/u.test(networkName)) {
    throw new DetourError('INVALID_INPUT', 'networkName: must be 1 to 128 characters of well-formed text', {
      field: 'networkName',
      value: networkName,
    });
  }
  return encodeURIComponent(networkName);
}
