import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { linkForecastQuery } from '../../service/predictions.ts';
import { peakOf } from '../../shared/forecasts.ts';
import { formatUtilisation, UNKNOWN } from '../../shared/format.ts';

/** A row that is only scrolled by asks for nothing. */
const REST_MS = 400;

/** The highest use that is expected of a link in the next hours; asked for once its row has stood for a moment. */
export function ForecastPeak({ id }: { readonly id: string }) {
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  const { data } = useQuery({ ...linkForecastQuery(id), enabled: rests });
  if (!data) return UNKNOWN;
  const peak = peakOf(data);
  return <span title={data.unknown ?? undefined}>{peak === null ? UNKNOWN : formatUtilisation(peak)}</span>;
}
