import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { Proposal } from '../../../api/schemas/screen.ts';
import { MapControls } from '../../map/map-controls.tsx';
import { MapLegend } from '../../map/map-legend.tsx';
import { MapNotice } from '../../map/map-notice.tsx';
import type { MapRenderer } from '../../map/renderer.ts';
import type { Scene } from '../../map/scene.ts';
import { useMapSettings } from '../../map/use-map-settings.ts';
import { useMarkedRisks } from '../../map/use-risks.ts';
import { useScene } from '../../map/use-scene.ts';
import { type PathBand, Weathermap } from '../../map/weathermap.tsx';
import { useMaintenance } from '../../service/maintenance.ts';
import { rerouteQuery } from '../../service/queries.ts';
import { Failure, Loading } from '../../shared/feedback.tsx';
import place from '../../shared/map-layout.module.css';
import { useUrlState } from '../../shared/url-state.ts';
import type { Palette } from '../../theme/tokens.ts';
import { usePalette } from '../../theme/use-scheme.ts';
import { chosenMove } from './moves.ts';
import { mainPath, stepsOf } from './paths.ts';
import { ProposalPanel } from './proposal-panel.tsx';
import { RerouteList } from './reroute-list.tsx';

interface Props {
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** The map with the list of proposals, or with one of them, beside it. */
export function ReroutesScreen({ params }: Props) {
  const id = params.id ? decodeURIComponent(params.id) : null;
  const { scene, error, retry } = useScene();
  if (!scene) return error ? <Failure error={error} retry={retry} /> : <Loading what="the network" />;
  return <Reroutes scene={scene} id={id} />;
}

function Reroutes({ scene, id }: { readonly scene: Scene; readonly id: string | null }) {
  const [settings, setters] = useMapSettings();
  const [parameters] = useUrlState();
  const risks = useMarkedRisks(settings.predicted);
  const maintained = useMaintenance();
  const rendererRef = useRef<MapRenderer | null>(null);
  const query = useQuery({ ...rerouteQuery(id ?? ''), enabled: id !== null });
  const proposal = id === null ? null : (query.data ?? null);
  const palette = usePalette();
  const wanted = parameters.get('move');
  const bands = useMemo(() => bandsOf(scene, proposal, wanted, palette), [scene, proposal, wanted, palette]);
  return (
    <div className={place.screen}>
      <h1 className="visually-hidden">Reroutes</h1>
      <div className={place.map}>
        <Weathermap
          scene={scene}
          settings={settings}
          setters={setters}
          bands={bands}
          risks={risks}
          maintained={maintained}
          rendererRef={rendererRef}
          brief
        >
          <MapNotice />
          <MapControls scene={scene} settings={settings} setters={setters} rendererRef={rendererRef} brief />
          <MapLegend
            settings={settings}
            withRisks={risks.size > 0}
            withWork={maintained.size > 0}
            withPaths={bands.length > 0}
            brief
          />
        </Weathermap>
      </div>
      <aside className={place.panel} aria-label={id === null ? 'Proposals' : 'Proposal'}>
        {id === null && <RerouteList scene={scene} />}
        {id !== null && proposal === null && query.error && (
          <Failure error={query.error} retry={() => void query.refetch()} />
        )}
        {id !== null && proposal === null && !query.error && <Loading what="the proposal" />}
        {proposal && <ProposalPanel scene={scene} proposal={proposal} />}
      </aside>
    </div>
  );
}

/** The chosen move's way before and after; where nothing moves, the cut that holds everything. */
function bandsOf(scene: Scene, proposal: Proposal | null, wanted: string | null, palette: Palette): PathBand[] {
  if (!proposal) return [];
  const move = chosenMove(proposal.moves, wanted);
  if (!move) {
    const links = proposal.cuts.length > 0 ? proposal.cuts.flatMap((cut) => cut.links) : proposal.cause.links;
    return links.flatMap((link) => {
      const steps = stepsOf(scene, [`${link}:az`]);
      return steps.length > 0 ? [{ steps, colour: palette.down }] : [];
    });
  }
  const before = mainPath(move.from);
  const after = mainPath(move.to);
  return [
    ...(before ? [{ steps: stepsOf(scene, before.arcs), colour: palette.down }] : []),
    ...(after ? [{ steps: stepsOf(scene, after.arcs), colour: palette.accent }] : []),
  ];
}
