import type { Move } from '../../../api/schemas/screen.ts';
import { useLive } from '../../live/use-live.ts';
import type { Scene } from '../../map/scene.ts';
import { formatBps, formatMs, formatUtilisation } from '../../shared/format.ts';
import { arcName, mainPath, stepOf, viaText } from './paths.ts';
import classes from './proposal-panel.module.css';
import hops from './why-this.module.css';

interface Props {
  readonly scene: Scene;
  readonly move: Move;
}

/** Why the chosen move takes this way: what bounds it, why each other way lost, what every hop costs. */
export function WhyThis({ scene, move }: Props) {
  const { arc, utilisation, bps } = move.worstHeadroom;
  return (
    <section aria-label="Why this and not another">
      <div className={classes.sectionHead}>
        <h3>Why this and not another</h3>
        <span className="dim id">
          {move.source} → {move.target}
        </span>
      </div>
      <ul className={classes.reasons}>
        <li>
          <strong>Binding link</strong> {arcName(scene, arc)} at {formatUtilisation(utilisation)},{' '}
          {bps >= 0 ? `${formatBps(bps)} below the limit` : `${formatBps(-bps)} above the limit`}
        </li>
        {move.runnersUp.map((other) => (
          <li key={other.arcs.join(' ')}>
            <span className={classes.struck}>{viaText(scene, [{ share: 1, arcs: other.arcs }], 4)}</span>:{' '}
            {other.reason}
          </li>
        ))}
      </ul>
      <Hops scene={scene} move={move} />
    </section>
  );
}

/** The new way hop by hop. */
function Hops({ scene, move }: Props) {
  const links = useLive((state) => state.links);
  const indexById = useLive((state) => state.indexById);
  const path = mainPath(move.to);
  if (!path) return null;
  return (
    <details className={hops.details}>
      <summary>What each of {path.arcs.length} hops costs</summary>
      <table className={hops.table}>
        <thead>
          <tr>
            <th scope="col">hop</th>
            <th scope="col">metric</th>
            <th scope="col">latency</th>
            <th scope="col">use now</th>
          </tr>
        </thead>
        <tbody>
          {path.arcs.map((arc) => {
            const direction = arc.endsWith(':az') ? 'az' : 'za';
            const onFile = scene.links[stepOf(scene, arc)?.link ?? -1];
            const live = links[indexById.get(onFile?.id ?? '') ?? -1]?.arcs[direction];
            return (
              <tr key={arc}>
                <th scope="row">{arcName(scene, arc)}</th>
                <td>{onFile?.metric[direction]}</td>
                <td>{formatMs(live?.latencyMs ?? onFile?.latencyMs[direction] ?? null)}</td>
                <td>{formatUtilisation(live?.utilisation ?? null)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
