import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link as Anchor } from 'wouter';
import type { LinkView } from '../../../api/schemas/screen.ts';
import { useLive, useLiveLink } from '../../live/use-live.ts';
import { useMaintenance } from '../../service/maintenance.ts';
import { networkQuery } from '../../service/queries.ts';
import { Age } from '../../shared/age.tsx';
import { Empty, Loading } from '../../shared/feedback.tsx';
import { formatBps, formatClock, formatMs, formatRatio, formatUtilisation, UNKNOWN } from '../../shared/format.ts';
import { writeIds } from '../../shared/ids-text.ts';
import { StateBadge } from '../../shared/state-badge.tsx';
import { useUrlState } from '../../shared/url-state.ts';
import { Acknowledge } from './acknowledge.tsx';
import { DeviceFigures } from './device-figures.tsx';
import classes from './link.module.css';
import { LinkEvents } from './link-events.tsx';
import { LinkHistory } from './link-history.tsx';
import { LinkRisk } from './link-risk.tsx';
import { LinkUsers } from './link-users.tsx';
import { readSpan, SPANS, type Span } from './series.ts';

interface Props {
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** Everything about one link: how it is, how it was, why, and whose traffic it carries. */
export function LinkScreen({ params }: Props) {
  const id = decodeURIComponent(params.id ?? '');
  const link = useLiveLink(id);
  const isKnown = useLive(({ heardAtMs }) => heardAtMs !== null);
  if (link) return <LinkPage link={link} />;
  if (!isKnown) return <Loading what="the link" />;
  return (
    <>
      <h1 className="visually-hidden">Link</h1>
      <Empty title={`This network has no link ${id}`}>
        <Anchor href="/links">All links</Anchor>
      </Empty>
    </>
  );
}

function LinkPage({ link }: { readonly link: LinkView }) {
  const [parameters, change] = useUrlState();
  const span = readSpan(parameters);
  return (
    <div className={classes.screen}>
      <Head link={link} />
      <div className={classes.columns}>
        <section className={classes.history} aria-label="Over time">
          <SegmentedControl
            size="xs"
            aria-label="Time shown"
            data={Object.keys(SPANS)}
            value={span}
            onChange={(value) => change({ span: value === '1h' ? null : value })}
          />
          <LinkHistory id={link.id} span={span as Span} />
        </section>
        <div className={classes.side}>
          <Parts link={link} />
          <LinkRisk id={link.id} />
          <LinkUsers id={link.id} />
          <LinkEvents id={link.id} />
          <DeviceFigures devices={[link.a, link.z]} />
        </div>
      </div>
    </div>
  );
}

function Head({ link }: { readonly link: LinkView }) {
  const { data: network } = useQuery(networkQuery);
  const work = useMaintenance().get(link.id);
  const nameOf = (node: string) => network?.nodes.find(({ id }) => id === node)?.name ?? node;
  const { id, a, z, state, adminDown, sinceMs, reason, srlgs } = link;
  return (
    <header className={classes.head}>
      <h1>
        <span className="id">{id}</span>
        <StateBadge state={state} />
        {adminDown && <span className="dim">shut by its operator</span>}
        <span className={`${classes.since} dim`}>
          <Age atMs={sinceMs} suffix="" />
        </span>
      </h1>
      <p>{reason}</p>
      <Acknowledge link={link} />
      {work && (
        <p data-testid="maintenance">
          Worked on until {formatClock(work.toMs, Date.now())}: {work.reason} <span className="dim">({work.by})</span>
        </p>
      )}
      <p className="dim">
        <Anchor href={`/?node=${encodeURIComponent(a)}`}>{nameOf(a)}</Anchor> –{' '}
        <Anchor href={`/?node=${encodeURIComponent(z)}`}>{nameOf(z)}</Anchor>
        {' · '}
        <Anchor href={`/?link=${encodeURIComponent(id)}`}>on the map</Anchor>
        {' · '}
        <Anchor href={`/control?${new URLSearchParams({ drain: writeIds([`link:${id}`]) ?? '' })}`}>plan work</Anchor>
        {' · '}
        <Anchor href={`/control?part=audit&subject=link&id=${encodeURIComponent(id)}`}>audit</Anchor>
        {srlgs.map((srlg) => (
          <span key={srlg}>
            {' · '}
            <Anchor href={`/links?srlg=${encodeURIComponent(srlg)}`}>shares {srlg}</Anchor>
          </span>
        ))}
      </p>
      <Figures link={link} />
    </header>
  );
}

function Figures({ link }: { readonly link: LinkView }) {
  const { arcs, capacityBps, score } = link;
  return (
    <table className={classes.figures}>
      <caption className="visually-hidden">Figures of both directions now; score {score ?? 'unknown'}</caption>
      <thead>
        <tr>
          <th scope="col">score {score ?? UNKNOWN}</th>
          <th scope="col">use</th>
          <th scope="col">load</th>
          <th scope="col">of</th>
          <th scope="col">loss</th>
          <th scope="col">latency</th>
        </tr>
      </thead>
      <tbody>
        {(['az', 'za'] as const).map((way) => {
          const { utilisation, loadBps, lossRatio, latencyMs, unknown } = arcs[way];
          const why = (figure: string) => unknown[figure] ?? undefined;
          return (
            <tr key={way}>
              <th scope="row">{way === 'az' ? 'a → z' : 'z → a'}</th>
              <td title={why('utilisation')}>{formatUtilisation(utilisation)}</td>
              <td title={why('loadBps')}>{loadBps === null ? UNKNOWN : formatBps(loadBps)}</td>
              <td>{formatBps(capacityBps[way])}</td>
              <td title={why('lossRatio')} data-bad={(lossRatio ?? 0) > 0}>
                {lossRatio === null ? UNKNOWN : formatRatio(lossRatio)}
              </td>
              <td title={why('latencyMs')}>{formatMs(latencyMs)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Why the score is what it is now. */
function Parts({ link }: { readonly link: LinkView }) {
  return (
    <section className={classes.block} aria-labelledby="parts">
      <h2 id="parts">Score {link.score ?? UNKNOWN}</h2>
      {link.parts.length === 0 ? (
        <p className="dim">{link.score === null ? link.reason : 'Nothing takes points off.'}</p>
      ) : (
        <ul className={classes.parts}>
          {link.parts.map(({ part, arc, points, text, sinceMs }) => (
            <li key={`${part}:${arc}`}>
              <b className="figure">−{Math.round(points)}</b> {text}{' '}
              <span className="dim">
                <Age atMs={sinceMs} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
