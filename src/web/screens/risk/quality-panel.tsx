import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { PredictionQuality } from '../../../api/schemas/screen.ts';
import { qualityQuery } from '../../service/predictions.ts';
import { Age } from '../../shared/age.tsx';
import { Failure, Loading } from '../../shared/feedback.tsx';
import { formatDuration, formatShare, plural, UNKNOWN } from '../../shared/format.ts';
import { RiskBadge } from '../../shared/risk-badge.tsx';
import { Calibration } from './calibration.tsx';
import { reliabilitySentences } from './reliability.ts';
import classes from './risk.module.css';

type Horizon = PredictionQuality['horizons'][number];
type Alarm = PredictionQuality['alarms'][number];

/** What was said before, and what came of it. */
export function QualityPanel() {
  const { data, error, refetch } = useQuery(qualityQuery);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="how good predictions were" />;
  const horizon = data.horizons.at(-1);
  return (
    <>
      <h2>How good such words have been</h2>
      {data.unknown && <p className="dim">{data.unknown}</p>}
      {horizon && <Reliability horizon={horizon} sinceMs={data.sinceMs} />}
      {data.alarms.length > 0 && <Alarms alarms={data.alarms} />}
      {data.forecasts.length > 0 && <ForecastErrors forecasts={data.forecasts} />}
    </>
  );
}

function Reliability({ horizon, sinceMs }: { readonly horizon: Horizon; readonly sinceMs: number | null }) {
  const { judged, cameTrue, brierSkill, calibrationError, horizonMs } = horizon;
  return (
    <section aria-label="Reliability" data-testid="reliability">
      {reliabilitySentences(horizon).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Calibration bins={horizon.calibration} />
      <p className="dim">
        {plural(judged, 'prediction')} for the next {formatDuration(horizonMs)} judged
        {sinceMs !== null && ` since ${new Date(sinceMs).toLocaleDateString()}`}, {plural(cameTrue, 'failure')} among
        them
        {calibrationError !== null && `; chances were off by ${formatShare(calibrationError)} on average`}
        {brierSkill !== null && `; ${skillText(brierSkill)}`}.
      </p>
    </section>
  );
}

function skillText(skill: number): string {
  if (skill <= 0) return 'no better than always saying how often links fail';
  return `${formatShare(skill)} of the error of always saying how often links fail is gone`;
}

const OUTCOMES: Readonly<Record<Alarm['outcome'], string>> = {
  open: 'not over yet',
  'came-true': 'came true',
  'false-alarm': 'did not come true',
  healed: 'traffic was taken off in time',
  unknown: 'cannot be known',
};
const MOST_ALARMS = 20;

/** Whether past predictions came true, one by one. */
function Alarms({ alarms }: { readonly alarms: readonly Alarm[] }) {
  return (
    <section aria-label="Past predictions">
      <h2>Past predictions</h2>
      <ul className={classes.alarms} data-testid="past-predictions">
        {alarms.slice(0, MOST_ALARMS).map(({ linkId, raisedAtMs, level, probability, outcome, failedAtMs }) => (
          <li key={`${linkId}:${raisedAtMs}`} data-outcome={outcome}>
            <span className={classes.alarmHead}>
              <Link href={`/links/${encodeURIComponent(linkId)}`} className="id">
                {linkId}
              </Link>
              <span className="dim">
                <Age atMs={raisedAtMs} />
              </span>
            </span>
            <span className={classes.alarmHead}>
              <RiskBadge level={level} probability={probability} />
              <span>
                {OUTCOMES[outcome]}
                {failedAtMs !== null && ` after ${formatDuration(Math.max(0, failedAtMs - raisedAtMs))}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Names of figures, and how an error of one reads. */
const METRICS: Readonly<Record<string, readonly [name: string, read: (value: number) => string]>> = {
  utilisation: ['use', percentPoints],
  latencyMs: ['latency', (value) => `${value.toFixed(2)} ms`],
  cpuRatio: ['CPU', percentPoints],
  memoryRatio: ['memory', percentPoints],
  temperatureCelsius: ['temperature', (value) => `${value.toFixed(1)} °C`],
};

function percentPoints(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function ForecastErrors({ forecasts }: Pick<PredictionQuality, 'forecasts'>) {
  return (
    <section aria-label="Forecasts">
      <h2>Forecasts</h2>
      <table className={classes.errors}>
        <thead>
          <tr>
            <th scope="col">of, ahead</th>
            <th scope="col">off by</th>
            <th scope="col" title="what saying that it stays as it is would have been off by">
              as it was
            </th>
            <th scope="col" title="how often the truth lay in the band that is to hold it in 80 of 100 cases">
              in band
            </th>
          </tr>
        </thead>
        <tbody>
          {forecasts.map(({ metric, horizonMs, meanAbsoluteError, persistenceError, covered }) => {
            const [name, read] = METRICS[metric] ?? [metric, (value: number) => value.toPrecision(3)];
            return (
              <tr key={`${metric}:${horizonMs}`}>
                <th scope="row">
                  {name}, {formatDuration(horizonMs)}
                </th>
                <td>{meanAbsoluteError === null ? UNKNOWN : read(meanAbsoluteError)}</td>
                <td>{persistenceError === null ? UNKNOWN : read(persistenceError)}</td>
                <td>{covered === null ? UNKNOWN : formatShare(covered)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
