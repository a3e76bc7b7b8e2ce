import { useRef } from 'react';
import { MapControls } from '../../map/map-controls.tsx';
import { MapLegend } from '../../map/map-legend.tsx';
import { MapNotice } from '../../map/map-notice.tsx';
import type { MapRenderer } from '../../map/renderer.ts';
import { useMapSettings } from '../../map/use-map-settings.ts';
import { useMarkedRisks } from '../../map/use-risks.ts';
import { useScene } from '../../map/use-scene.ts';
import { Weathermap } from '../../map/weathermap.tsx';
import { useMaintenance } from '../../service/maintenance.ts';
import { Failure, Loading } from '../../shared/feedback.tsx';
import place from '../../shared/map-layout.module.css';
import { SelectionPanel } from './selection-panel.tsx';
import { Trouble } from './trouble.tsx';

export function MapScreen() {
  const { scene, error, retry } = useScene();
  const [settings, setters] = useMapSettings();
  const risks = useMarkedRisks(settings.predicted);
  const maintained = useMaintenance();
  const rendererRef = useRef<MapRenderer | null>(null);
  if (!scene) return error ? <Failure error={error} retry={retry} /> : <Loading what="the network" />;
  return (
    <div className={place.screen}>
      <h1 className="visually-hidden">Map</h1>
      <div className={place.map}>
        <Weathermap
          scene={scene}
          settings={settings}
          setters={setters}
          risks={risks}
          maintained={maintained}
          rendererRef={rendererRef}
        >
          <MapNotice />
          <MapControls scene={scene} settings={settings} setters={setters} rendererRef={rendererRef} />
          <MapLegend settings={settings} withRisks={risks.size > 0} withWork={maintained.size > 0} />
        </Weathermap>
      </div>
      {settings.selection && !settings.wall && (
        <SelectionPanel scene={scene} selection={settings.selection} setters={setters} rendererRef={rendererRef} />
      )}
      <Trouble scene={scene} />
    </div>
  );
}
