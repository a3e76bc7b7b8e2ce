import { Type } from 'typebox';
import { MeasurementSchema } from '../../telemetry/sample.ts';
import type { ApiDeps, ApiServer, RefusedSample } from '../deps.ts';
import { InputError } from '../problem.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';

export const MAX_BATCH = 10_000;
/** A full batch of samples with every field long takes about 6 MiB. */
const BODY_LIMIT_BYTES = 8 << 20;
const MAX_LISTED = 100;

const SamplesBody = Type.Object(
  { samples: Type.Array(MeasurementSchema, { minItems: 1, maxItems: MAX_BATCH }) },
  {
    additionalProperties: false,
    examples: [
      {
        samples: [
          {
            linkId: 'STTL-SNVA',
            end: 'a',
            deviceId: 'STTL',
            atMs: 1_700_000_000_000,
            intervalMs: 1000,
            adminStatus: 'up',
            operStatus: 'up',
            inOctets: 125_000_000,
            outOctets: 98_000_000,
            inPackets: 160_000,
            outPackets: 130_000,
            inErrors: 0,
            outErrors: 0,
            inDiscards: 0,
            outDiscards: 0,
            inUnknownProtos: null,
            latencyMs: null,
          },
        ],
      },
    ],
  },
);

const SamplesAnswer = Type.Object({
  accepted: Type.Integer({ description: 'queued for the scorer' }),
  refused: Type.Integer(),
  problems: Type.Array(
    Type.Object({
      field: Type.String({ description: '`samples[3].atMs`' }),
      code: Type.String(),
      message: Type.String(),
    }),
    { description: `the first ${MAX_LISTED}` },
  ),
});

export function sampleRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/samples',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        tags: ['telemetry'],
        summary: 'Take samples of another collector',
        description:
          `Up to ${MAX_BATCH} in a batch. A batch that does not match the schema is refused whole; a sample of an ` +
          'unknown link, or from the future, is refused alone.',
        querystring: NoQuery,
        body: SamplesBody,
        response: { 202: SamplesAnswer, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { accepted, refused } = await deps.ingest.accept(request.body.samples);
      if (accepted === 0 && refused.length > 0) throw allRefused(refused);
      const problems = refused
        .slice(0, MAX_LISTED)
        .map((each) => ({ field: fieldOf(each), code: each.code, message: each.message }));
      return reply.code(202).send({ accepted, refused: refused.length, problems });
    },
  );
}

function fieldOf({ index, field }: RefusedSample): string {
  return `samples[${index}]${field ? `.${field}` : ''}`;
}

function allRefused(refused: readonly RefusedSample[]): InputError {
  const problems = refused
    .slice(0, MAX_LISTED)
    .map((each) => ({ field: fieldOf(each), message: each.message, value: each.value }));
  return new InputError(problems, 'SAMPLES_REFUSED');
}
