import { messageOf } from '../../core/errors.ts';
import { MODEL_KINDS, type ModelCard, type ModelKind } from '../../predict/registry/card.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { notFound } from '../problem.ts';
import { IdParams, NoQuery, problemResponses } from '../schemas/common.ts';
import {
  type Drift,
  DriftSchema,
  type MODEL_ROLES,
  ModelQuery,
  ModelsSchema,
  type ModelView,
  ModelViewSchema,
} from '../schemas/models.ts';

const NO_DRIFT: Drift = {
  ...{ updatedAtMs: null, modelId: null, isDrifting: false, sinceMs: null, features: [] },
  reason: 'nothing was compared yet: it takes some hours of features',
};

export function modelRoutes(app: ApiServer, deps: Pick<ApiDeps, 'models' | 'store'>): void {
  const { models, store } = deps;
  const tags = ['models'];

  const roleOf = ({ id, kind }: ModelCard): (typeof MODEL_ROLES)[number] => {
    const { present, shadow, previous } = models.pointers(kind);
    if (id === present) return 'present';
    if (id === shadow) return 'shadow';
    return id === previous ? 'previous' : 'idle';
  };
  const view = (card: ModelCard): ModelView => ({ ...card, role: roleOf(card) });

  app.get(
    '/models',
    {
      schema: {
        tags,
        summary: 'Models with their cards, newest first',
        querystring: ModelQuery,
        response: { 200: ModelsSchema, ...problemResponses },
      },
    },
    async ({ query: { kind } }) => {
      const kinds = kind === undefined ? MODEL_KINDS : [kind];
      return { items: models.cards(kind).map(view), problems: kinds.flatMap((each) => problemOf(models, each)) };
    },
  );

  app.get(
    '/models/drift',
    {
      schema: {
        tags,
        summary: 'Whether what comes in still looks like what the present model was trained on',
        querystring: NoQuery,
        response: { 200: DriftSchema, ...problemResponses },
      },
    },
    async () => ((await store.predictions.report('drift')) as Drift | null) ?? NO_DRIFT,
  );

  app.get(
    '/models/:id',
    {
      schema: {
        tags,
        summary: 'One model: data, features, figures and baselines',
        params: IdParams,
        querystring: NoQuery,
        response: { 200: ModelViewSchema, ...problemResponses },
      },
    },
    async ({ params: { id } }) => view(cardOf(models, id)),
  );

  app.get(
    '/models/:id/calibration.svg',
    {
      schema: {
        tags,
        summary: 'How often what the model said came true, as a picture',
        params: IdParams,
        querystring: NoQuery,
      },
    },
    async ({ params: { id } }, reply) => {
      const card = cardOf(models, id);
      if (!('calibration.svg' in card.files)) throw notFound('calibration plot of model', 'id', id);
      return reply.type('image/svg+xml').send(Buffer.from(models.open(card.kind, id).read('calibration.svg')));
    },
  );
}

function cardOf(models: ApiDeps['models'], id: string): ModelCard {
  const card = models.cards().find((each) => each.id === id);
  if (!card) throw notFound('model', 'id', id);
  return card;
}

/** Files are read and compared with their hashes: what is told is what a load would find. */
function problemOf(models: ApiDeps['models'], kind: ModelKind) {
  try {
    const { present } = models.pointers(kind);
    if (present === null) return [{ kind, problem: `there is no ${kind} model` }];
    const model = models.open(kind, present);
    for (const file of Object.keys(model.card.files)) model.read(file);
    return [];
  } catch (error) {
    return [{ kind, problem: messageOf(error) }];
  }
}
