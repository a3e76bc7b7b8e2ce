import { useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Moments, MomentView } from '../../../api/schemas/moments.ts';
import type { Move } from '../../../api/schemas/screen.ts';
import { StillPicture } from '../../live/still-picture.ts';
import { LiveContext } from '../../live/use-live.ts';
import { MapLegend } from '../../map/map-legend.tsx';
import { moveBands } from '../../map/move-bands.ts';
import type { Scene } from '../../map/scene.ts';
import { useMapSettings } from '../../map/use-map-settings.ts';
import { useScene } from '../../map/use-scene.ts';
import { Weathermap } from '../../map/weathermap.tsx';
import { get } from '../../service/client.ts';
import { Empty, Failure, Loading } from '../../shared/feedback.tsx';
import place from '../../shared/map-layout.module.css';
import layout from '../../shared/side-by-side.module.css';
import { useUrlState } from '../../shared/url-state.ts';
import { usePalette } from '../../theme/use-scheme.ts';
import { MomentPanel } from './moment-panel.tsx';
import classes from './replay.module.css';
import { TimeSlider } from './time-slider.tsx';

const REFETCH_MS = 30_000;

/** The last day as plans saw it: map, events and proposals as they stood, and the planner run again. */
export function ReplayScreen() {
  const { scene, error, retry } = useScene();
  const moments = useQuery({
    queryKey: ['moments'],
    queryFn: ({ signal }) => get<Moments>('/moments', { signal }),
    refetchInterval: REFETCH_MS,
  });
  const failed = error ?? (moments.data ? null : moments.error);
  if (failed) return <Failure error={failed} retry={() => (error ? retry() : void moments.refetch())} />;
  if (!scene || !moments.data) return <Loading what="the last day" />;
  if (moments.data.items.length === 0) {
    return <Empty title="No moment to show yet">Every plan leaves one; the first plan comes within two minutes.</Empty>;
  }
  return <Replay scene={scene} moments={moments.data} />;
}

function Replay({ scene, moments }: { readonly scene: Scene; readonly moments: Moments }) {
  const [parameters, change] = useUrlState();
  const [settings, setters] = useMapSettings();
  const [picture] = useState(() => new StillPicture());
  const [move, setMove] = useState<Move | null>(null);
  const palette = usePalette();
  // A legend over a map in a hand would leave nothing of it.
  const narrow = useMediaQuery('(max-width: 720px)') ?? false;
  const { items } = moments;
  // Without a moment in the address the newest is shown, and stays the newest.
  const chosen = items.find(({ planId }) => planId === parameters.get('moment')) ?? items.at(-1);
  const planId = chosen?.planId ?? '';
  const view = useQuery({
    queryKey: ['moments', planId],
    queryFn: ({ signal }) => get<MomentView>(`/moments/${encodeURIComponent(planId)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  const { data } = view;
  useEffect(() => {
    if (data) picture.show(data.links, data.atMs);
  }, [data, picture]);
  const bands = useMemo(() => (move ? moveBands(scene, move, palette) : []), [scene, move, palette]);
  const choose = (id: string) => {
    setMove(null);
    change({ moment: id === items.at(-1)?.planId ? null : id });
  };
  return (
    <div className={place.screen}>
      <h1 className="visually-hidden">Replay</h1>
      <div className={classes.main}>
        <div className={place.map}>
          <LiveContext value={picture}>
            <Weathermap scene={scene} settings={settings} setters={setters} bands={bands}>
              {!narrow && <MapLegend settings={settings} withPaths={bands.length > 0} />}
            </Weathermap>
          </LiveContext>
        </div>
        <TimeSlider moments={moments} planId={planId} choose={choose} />
      </div>
      <aside className={layout.panel} aria-label="The moment">
        {view.error && <Failure error={view.error} retry={() => void view.refetch()} />}
        {data && (
          <MomentPanel
            key={data.planId}
            moment={data}
            isBehind={data.planId !== planId}
            move={move}
            showMove={setMove}
          />
        )}
        {!data && !view.error && <Loading what="the moment" />}
      </aside>
    </div>
  );
}
