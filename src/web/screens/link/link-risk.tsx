import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { linkForecastQuery, predictionQuery } from '../../service/predictions.ts';
import { fullDayOf, peakOf } from '../../shared/forecasts.ts';
import { formatDuration, formatShare, formatUtilisation } from '../../shared/format.ts';
import { RiskBadge } from '../../shared/risk-badge.tsx';
import classes from './link.module.css';

const MOST_FACTORS = 4;

/** What is expected of the link: how likely it fails soon and why, how full it gets, and the day it runs full. */
export function LinkRisk({ id }: { readonly id: string }) {
  return (
    <section className={classes.block} aria-labelledby="expected" data-testid="link-risk">
      <h2 id="expected">
        Expected <Link href="/risk">all risks</Link>
      </h2>
      <Chance id={id} />
      <Fullness id={id} />
    </section>
  );
}

function Chance({ id }: { readonly id: string }) {
  const { data } = useQuery(predictionQuery(id));
  if (!data) return null;
  const { level, probability, risks, factors, recommendation, unknown } = data;
  if (level === null || probability === null) return <p className="dim">Risk not rated: {unknown}.</p>;
  return (
    <>
      <p>
        <RiskBadge level={level} probability={probability} />{' '}
        <span className="dim">
          {risks.map((risk) => `${formatShare(risk.probability)} within ${formatDuration(risk.horizonMs)}`).join(', ')}
        </span>
      </p>
      {factors.length > 0 && (
        <ul className={classes.parts}>
          {factors.slice(0, MOST_FACTORS).map(({ feature, text }) => (
            <li key={feature}>{text}</li>
          ))}
        </ul>
      )}
      {recommendation && recommendation.action !== 'none' && <p>{recommendation.text}</p>}
    </>
  );
}

function Fullness({ id }: { readonly id: string }) {
  const { data } = useQuery(linkForecastQuery(id));
  if (!data) return null;
  const peak = peakOf(data);
  const full = fullDayOf(data);
  return (
    <>
      {peak !== null && <p>Use reaches {formatUtilisation(peak)} in the next six hours.</p>}
      {full && (
        <p data-testid="full-day">
          {full.day === null
            ? `No day on which it runs full${full.reason === null ? '' : `: ${full.reason}`}.`
            : `Runs full on ${full.day}, if its peaks go on growing as they did.`}
        </p>
      )}
      {data.unknown && <p className="dim">No forecast: {data.unknown}.</p>}
    </>
  );
}
