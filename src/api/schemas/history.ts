import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';
import { BaselineAnswerSchema, RESOLUTIONS } from '../../history/history.ts';
import { ForecastSchema } from '../../store/predictions.ts';
import { Query } from './common.ts';

const Moment = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: `${description}; ISO 8601 or ms since 1970` }));

export const HistoryQuery = Query({
  from: Moment('begin of the time asked for, 24 h before its end where left out'),
  to: Moment('its end, now where left out'),
  step: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{0,6}(s|m|h|d)?$',
      description: 'width of a bucket: 60, 60s, 1m, 1h; where left out, about 500 buckets',
    }),
  ),
  metrics: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z][a-zA-Z0-9]{0,63}$' }), {
      maxItems: 50,
      description: 'only these, e.g. `utilisation,latencyMs`',
    }),
  ),
});
export type HistoryQuery = Static<typeof HistoryQuery>;

const Figures = Type.Array(nullable(Type.Number()));

/** One figure over the buckets of the answer; null where nothing was known. */
const FigureSchema = Type.Object({
  count: Type.Array(Type.Integer(), { description: 'samples in each bucket' }),
  mean: Figures,
  min: Figures,
  max: Figures,
  last: Figures,
  p95: Figures,
});
const FiguresByMetric = Type.Record(Type.String(), FigureSchema);

const Buckets = {
  fromMs: Type.Number({ description: 'start of the first bucket' }),
  stepMs: Type.Number({ description: 'width of a bucket; wider than asked for where finer figures are not kept' }),
  resolution: Type.Enum(RESOLUTIONS, { description: 'what the answer was made from' }),
  atMs: Type.Array(Type.Number(), { description: 'start of each bucket' }),
};
/** Null where no forecast was made yet. */
const Expected = nullable(ForecastSchema);

export const LinkHistorySchema = Type.Object({
  linkId: Type.String(),
  ...Buckets,
  link: FiguresByMetric,
  arcs: Type.Object({ az: FiguresByMetric, za: FiguresByMetric }),
  /** What is expected of both directions in the hours to come; as `/links/{id}/forecast`. */
  forecast: Type.Object({ az: Expected, za: Expected }),
});
export type LinkHistory = Static<typeof LinkHistorySchema>;

export const DeviceHistorySchema = Type.Object({
  deviceId: Type.String(),
  ...Buckets,
  device: FiguresByMetric,
  forecast: Expected,
});
export type DeviceHistory = Static<typeof DeviceHistorySchema>;

export const BASELINE_DAYS = ['7', '30', '180'] as const;
const BaselineBase = {
  metric: Type.String({ pattern: '^[a-z][a-zA-Z0-9]{0,63}$', description: 'e.g. `utilisation`, `latencyMs`, `score`' }),
  days: Type.Optional(Type.Enum(BASELINE_DAYS, { description: 'how far back, 7 where left out' })),
};
export const LinkBaselineQuery = Query({
  ...BaselineBase,
  direction: Type.Optional(
    Type.Enum(['az', 'za'], { description: 'of figures that a direction has; left out for those of the link' }),
  ),
});
export const DeviceBaselineQuery = Query(BaselineBase);
export const BaselineSchema = Type.Object({
  id: Type.String({ description: 'link, arc or device' }),
  metric: Type.String(),
  ...BaselineAnswerSchema.properties,
});
