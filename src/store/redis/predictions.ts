import { Type } from 'typebox';
import { compileSchema } from '../../core/schema.ts';
import { LIMITS } from '../keys.ts';
import {
  type Claim,
  type ClaimKind,
  type Forecast,
  ForecastSchema,
  type Prediction,
  PredictionSchema,
  type PredictionStore,
  type StandingAlarm,
  StandingAlarmSchema,
} from '../predictions.ts';
import type { RedisContext } from './context.ts';
import { guarded, storeError } from './errors.ts';
import { pack, unpack } from './packed.ts';

const predictionRecord = compileSchema(PredictionSchema, 'CORRUPT_RECORD');
const forecastRecord = compileSchema(ForecastSchema, 'CORRUPT_RECORD');
const alarmRecords = compileSchema(Type.Array(StandingAlarmSchema), 'CORRUPT_RECORD');
const ALARMS = 'standing-alarms';
const anything = compileSchema(Type.Unknown(), 'CORRUPT_RECORD');

export function redisPredictions(context: RedisContext): PredictionStore {
  const { connection, keys, records } = context;

  const writePredictions = async (predictions: readonly Prediction[]) => {
    const texts = predictions.flatMap((each) => [each.linkId, JSON.stringify(each)]);
    await guarded('write the predictions', async () => {
      const transaction = connection.multi().del(keys.predictions);
      if (texts.length > 0) transaction.hset(keys.predictions, ...texts);
      requireAll('write the predictions', await transaction.exec());
    });
  };

  const predictions = async () => {
    const texts = await guarded('read the predictions', () => connection.hgetall(keys.predictions));
    const known = Object.entries(texts).flatMap(([id, text]) => {
      const found = records.member(predictionRecord, keys.predictions, id, text);
      return found === null ? [] : [[id, found] as const];
    });
    return new Map(known);
  };

  const prediction = async (linkId: string) => {
    const text = await guarded('read a prediction', () => connection.hget(keys.predictions, linkId));
    return text === null ? null : records.member(predictionRecord, keys.predictions, linkId, text);
  };

  const writeForecasts = async (forecasts: readonly Forecast[]) => {
    const kinds = [...new Set(forecasts.map(({ kind }) => kind))];
    await guarded('write the forecasts', async () => {
      const known = await connection.hkeys(keys.forecasts);
      const fresh = new Set(forecasts.map(forecastField));
      const gone = known.filter((name) => !fresh.has(name) && kinds.some((kind) => name.startsWith(`${kind} `)));
      const transaction = connection.multi();
      if (gone.length > 0) transaction.hdel(keys.forecasts, ...gone);
      const texts = forecasts.flatMap((each) => [forecastField(each), JSON.stringify(each)]);
      if (texts.length > 0) transaction.hset(keys.forecasts, ...texts);
      requireAll('write the forecasts', await transaction.exec());
    });
  };

  const forecast = async (kind: Forecast['kind'], id: string) => {
    const field = forecastField({ kind, id });
    const text = await guarded('read a forecast', () => connection.hget(keys.forecasts, field));
    return text === null ? null : records.member(forecastRecord, keys.forecasts, field, text);
  };

  const writeReport = async (name: string, report: unknown) => {
    await guarded('write a report', () => connection.hset(keys.reports, name, JSON.stringify(report)));
  };

  const writeAlarms = (alarms: readonly StandingAlarm[]) => writeReport(ALARMS, alarms);

  const alarms = async () => {
    const text = await guarded('read the alarms', () => connection.hget(keys.reports, ALARMS));
    return text === null ? [] : (records.member(alarmRecords, keys.reports, ALARMS, text) ?? []);
  };

  const report = async (name: string) => {
    const text = await guarded('read a report', () => connection.hget(keys.reports, name));
    return text === null ? null : records.member(anything, keys.reports, name, text);
  };

  return {
    writePredictions,
    predictions,
    prediction,
    writeForecasts,
    forecast,
    writeAlarms,
    alarms,
    writeReport,
    report,
    ...redisClaims(context),
  };
}

function redisClaims({
  connection,
  keys,
  records,
}: RedisContext): Pick<PredictionStore, 'claim' | 'claims' | 'settle'> {
  const due = (kind: ClaimKind, untilMs: number) =>
    guarded('list the claims', () => connection.zrangebyscore(keys.claimTimes(kind), '-inf', untilMs));

  const remove = async (kind: ClaimKind, moments: readonly string[]) => {
    if (moments.length === 0) return;
    await guarded('settle claims', async () => {
      const transaction = connection.multi().zrem(keys.claimTimes(kind), ...moments);
      requireAll('settle claims', await transaction.hdel(keys.claims(kind), ...moments).exec());
    });
  };

  const claim = async (kind: ClaimKind, { atMs, body }: Claim) => {
    const data = await pack(body);
    const moment = String(atMs);
    await guarded('keep a claim', async () => {
      const transaction = connection.multi().hset(keys.claims(kind), moment, data);
      requireAll('keep a claim', await transaction.zadd(keys.claimTimes(kind), atMs, moment).exec());
    });
    const tooMany = await guarded('list the claims', () =>
      connection.zrange(keys.claimTimes(kind), 0, String(-LIMITS.claimsMax - 1)),
    );
    await remove(kind, tooMany);
  };

  const claims = async (kind: ClaimKind, untilMs: number) => {
    const moments = await due(kind, untilMs);
    const found: Claim[] = [];
    for (const moment of moments) {
      const data = await guarded('read a claim', () => connection.hgetBuffer(keys.claims(kind), moment));
      if (data === null) continue;
      const text = await unpack(keys.claims(kind), moment, data).catch((error: unknown) => {
        records.reportOnce({ key: keys.claims(kind), field: moment, problem: String(error) });
        return null;
      });
      if (text !== null) found.push({ atMs: Number(moment), body: JSON.parse(text) as unknown });
    }
    return found;
  };

  const settle = async (kind: ClaimKind, untilMs: number) => remove(kind, await due(kind, untilMs));

  return { claim, claims, settle };
}

function forecastField({ kind, id }: Pick<Forecast, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

function requireAll(what: string, answers: readonly (readonly [Error | null, unknown])[] | null): void {
  for (const [error] of answers ?? []) if (error) throw storeError(what, error);
}
