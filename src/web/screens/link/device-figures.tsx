import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DeviceHistory } from '../../../api/schemas/history.ts';
import { get } from '../../service/client.ts';
import { deviceForecastQuery } from '../../service/predictions.ts';
import classes from './link.module.css';

const RECENT_MS = 900_000;

/** What routers at both ends say about themselves: CPU, memory, temperature, as far as it is collected. */
export function DeviceFigures({ devices }: { readonly devices: readonly string[] }) {
  const answers = useQueries({
    queries: devices.map((id) => ({
      queryKey: ['devices', id, 'history'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<DeviceHistory>(`/devices/${encodeURIComponent(id)}/history`, {
          parameters: { from: String(Date.now() - RECENT_MS) },
          signal,
        }),
      refetchInterval: 30_000,
    })),
  });
  const figures = answers.map(({ data }) => (data ? latestFigures(data) : []));
  return (
    <section className={classes.block} aria-labelledby="devices">
      <h2 id="devices">Routers</h2>
      {figures.every((each) => each.length === 0) && (
        <p className="dim">No CPU, memory or temperature is collected of these routers.</p>
      )}
      {devices.map((id, index) =>
        figures[index]?.length ? (
          <p key={id}>
            <Link href={`/?node=${encodeURIComponent(id)}`}>{id}</Link>{' '}
            {figures[index].map(({ metric, value }) => (
              <span key={metric}>
                <span className="dim">{metric}</span> <span className="figure">{value}</span>{' '}
              </span>
            ))}
            <DeviceExpected id={id} />
          </p>
        ) : null,
      )}
    </section>
  );
}

/** How high its figures are expected to go in the next hours. */
function DeviceExpected({ id }: { readonly id: string }) {
  const { data } = useQuery(deviceForecastQuery(id));
  const peaks = data?.forecast?.series.flatMap(({ metric, points }) =>
    points.length === 0 ? [] : [`${metric} ${text(metric, Math.max(...points.map(({ p50 }) => p50)))}`],
  );
  if (!peaks || peaks.length === 0) return null;
  return <span className="dim">expected within six hours, at most: {peaks.join(', ')}</span>;
}

/** The last known value of every figure. */
export function latestFigures({ device }: Pick<DeviceHistory, 'device'>): { metric: string; value: string }[] {
  return Object.entries(device).flatMap(([metric, { last }]) => {
    const value = last.findLast((each) => each !== null);
    return value === undefined || value === null ? [] : [{ metric, value: text(metric, value) }];
  });
}

function text(metric: string, value: number): string {
  if (/(Utilisation|Ratio|Load)$/i.test(metric)) return `${Math.round(value * 100)} %`;
  return /temperature|celsius/i.test(metric) ? `${Math.round(value)} °C` : value.toPrecision(3);
}
