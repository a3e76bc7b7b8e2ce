import { type Static, Type } from 'typebox';
import { DEMANDS_FORMAT, validateDemands } from '../../../topology/formats/detour-demands.ts';
import { DetourError } from '../../core/errors.ts';
import { nullable } from '../../core/schema.ts';
import { demandsInUse, isTooOld, whyUnused } from '../../reroute/demands-in-use.ts';
import type { DemandSet } from '../../reroute/plan.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { validatorCompiler } from '../validation.ts';

/** Some 70,000 demands. */
const BODY_LIMIT_BYTES = 8 << 20;

const Residual = nullable(
  Type.Number({ description: 'of an estimate: the part of the measured loads that it does not explain, 0..1' }),
);
const Age = nullable(Type.Number({ description: 'ms; null for a file, which does not age' }));

const SummarySchema = Type.Object({
  source: nullable(
    Type.String({
      description: '`measured`, `file` or `estimated`; null: nothing is known, the load of each link is one demand',
    }),
  ),
  atMs: nullable(Type.Number({ description: 'when they were measured or estimated; null for a file' })),
  ageMs: Age,
  residual: Residual,
  count: Type.Integer(),
  totalBps: Type.Number(),
  tunnels: Type.Integer({ description: 'demands that an applied reroute takes off the IGP paths' }),
  largest: Type.Array(
    Type.Object({ id: Type.String(), source: Type.String(), target: Type.String(), bps: Type.Number() }),
    { description: 'the ten largest' },
  ),
  estimate: nullable(
    Type.Object({
      atMs: nullable(Type.Number()),
      ageMs: Age,
      count: Type.Integer(),
      residual: Residual,
      unused: nullable(Type.String({ description: 'why it is not planned with; null when it is' })),
    }),
  ),
});
type Summary = Static<typeof SummarySchema>;

const FileSchema = Type.Object(
  {
    format: Type.Literal(DEMANDS_FORMAT),
    description: Type.Optional(Type.String()),
    demands: Type.Array(
      Type.Object({
        id: Type.String(),
        source: Type.String({ description: 'node id' }),
        target: Type.String({ description: 'node id' }),
        bps: Type.Number({ minimum: 0 }),
        class: Type.Optional(nullable(Type.String())),
      }),
    ),
  },
  {
    examples: [
      { format: DEMANDS_FORMAT, demands: [{ id: 'd1', source: 'STTL', target: 'WASH', bps: 2.5e9, class: 'gold' }] },
    ],
  },
);
const PutAnswerSchema = Type.Object({ ...SummarySchema.properties, warnings: Type.Array(Type.String()) });

export function demandRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/demands',
    {
      schema: {
        tags: ['network'],
        summary: 'What is known about the traffic, and from where',
        querystring: NoQuery,
        response: { 200: SummarySchema, ...problemResponses },
      },
    },
    async () => summary(deps),
  );

  app.put(
    '/demands',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      // The format's own validator reads the body: it knows the network, and says more than a schema can.
      validatorCompiler: (route) =>
        route.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(route as never),
      schema: {
        tags: ['network'],
        summary: 'Give the demands, as a detour-demands/1 document',
        description: 'They take the place of those given before, and of estimates. Refused while they are measured.',
        querystring: NoQuery,
        body: FileSchema,
        response: { 200: PutAnswerSchema, ...problemResponses },
      },
    },
    async ({ body }) => {
      const { demands, warnings } = validateDemands(body, deps.network.network);
      await refuseWhileMeasured(deps);
      const tunnelled = demands.filter(({ paths }) => paths !== undefined).length;
      const plain = demands.map(({ id, source, target, bps, class: name }) => ({
        id,
        source,
        target,
        bps,
        class: name,
      }));
      await deps.store.traffic.writeDemands({ source: 'file', atMs: null, demands: plain });
      return { ...(await summary(deps)), warnings: [...warnings, ...pathWarning(tunnelled)] };
    },
  );

  app.delete(
    '/demands',
    {
      schema: {
        tags: ['network'],
        summary: 'Forget the demands that were given',
        querystring: NoQuery,
        response: { 200: SummarySchema, ...problemResponses },
      },
    },
    async () => {
      const given = await deps.store.traffic.demands();
      if (given?.source !== 'file') {
        throw new DetourError('NOT_FOUND', 'no demands were given', { hint: 'what is measured or estimated stays' });
      }
      await deps.store.traffic.removeDemands();
      return summary(deps);
    },
  );
}

async function refuseWhileMeasured({ store, clock, maxDemandAgeMs }: ApiDeps): Promise<void> {
  const given = await store.traffic.demands();
  if (given?.source !== 'measured' || isTooOld(given, maxDemandAgeMs, clock.nowMs())) return;
  throw new DetourError('CONFLICT', 'the demands of this network are measured, which is better than a file', {
    hint: 'a simulated network takes its demands from --demands when it starts',
  });
}

function pathWarning(tunnelled: number): string[] {
  if (tunnelled === 0) return [];
  return [`the paths of ${tunnelled} demand(s) are not used: demands are taken to go where the IGP sends them`];
}

async function summary({ store, network, clock, maxDemandAgeMs }: ApiDeps): Promise<Summary> {
  const { traffic } = store;
  const [given, estimate, { tunnels }] = await Promise.all([traffic.demands(), traffic.estimate(), traffic.tunnels()]);
  const nowMs = clock.nowMs();
  const used = demandsInUse(network, { given, estimate }, maxDemandAgeMs, nowMs);
  const demands = used?.demands ?? [];
  return {
    source: used?.source ?? null,
    ...agesOf(used, nowMs),
    count: demands.length,
    totalBps: demands.reduce((sum, { bps }) => sum + bps, 0),
    tunnels: tunnels.length,
    largest: [...demands]
      .sort((x, y) => y.bps - x.bps)
      .slice(0, 10)
      .map(({ id, source, target, bps }) => ({ id, source, target, bps })),
    estimate: estimate && {
      ...agesOf(estimate, nowMs),
      count: estimate.demands.length,
      unused: used?.source === 'estimated' ? null : (whyUnused(estimate, nowMs) ?? 'better demands are known'),
    },
  };
}

function agesOf(set: DemandSet | null, nowMs: number) {
  const atMs = set?.atMs ?? null;
  return { atMs, ageMs: atMs === null ? null : Math.max(0, nowMs - atMs), residual: set?.residual ?? null };
}
