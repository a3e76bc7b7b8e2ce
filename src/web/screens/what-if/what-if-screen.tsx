import { SegmentedControl } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Move } from '../../../api/schemas/screen.ts';
import { StillPicture } from '../../live/still-picture.ts';
import { LiveContext, useLive } from '../../live/use-live.ts';
import { MapLegend } from '../../map/map-legend.tsx';
import { moveBands } from '../../map/move-bands.ts';
import type { Scene } from '../../map/scene.ts';
import { type Selection, useMapSettings } from '../../map/use-map-settings.ts';
import { useScene } from '../../map/use-scene.ts';
import { Weathermap } from '../../map/weathermap.tsx';
import { Failure, Loading } from '../../shared/feedback.tsx';
import { writeIds } from '../../shared/ids-text.ts';
import place from '../../shared/map-layout.module.css';
import layout from '../../shared/side-by-side.module.css';
import { useUrlState } from '../../shared/url-state.ts';
import { usePalette } from '../../theme/use-scheme.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { ChangePanel } from './change-panel.tsx';
import { type Act, imaginedLinks, readImagined, STAGE_LABELS, STAGES, type Stage, toggled } from './imagined.ts';
import { useAnswer } from './use-answer.ts';
import classes from './what-if.module.css';

/** A network that is imagined: click what fails or is drained, scale the traffic, and see loads, plan and losses. */
export function WhatIfScreen() {
  const { scene, error, retry } = useScene();
  const isKnown = useLive(({ heardAtMs }) => heardAtMs !== null);
  if (error) return <Failure error={error} retry={retry} />;
  if (!scene || !isKnown) return <Loading what="the network" />;
  return <WhatIfPage scene={scene} />;
}

function WhatIfPage({ scene }: { readonly scene: Scene }) {
  const [parameters, change] = useUrlState();
  const imagined = useMemo(() => readImagined(parameters), [parameters]);
  const [settings, setters] = useMapSettings();
  const [act, setAct] = useState<Act>('fail');
  const [stage, setStage] = useState<Stage>('after');
  const [move, setMove] = useState<Move | null>(null);
  const answer = useAnswer(imagined);
  const picture = usePicture(answer.data, stage);
  const palette = usePalette();
  // A legend over a map in a hand would leave nothing of it.
  const narrow = useMediaQuery('(max-width: 720px)') ?? false;
  const bands = useMemo(() => (move ? moveBands(scene, move, palette) : []), [scene, move, palette]);
  const toggle = (which: Act, id: string) => {
    const next = toggled(imagined, which, id);
    setMove(null);
    change({ fail: writeIds(next.fail), drain: writeIds(next.drain) }, true);
  };
  // A click changes the network at once; keys walk over the map first, and act on what they have chosen.
  const byPointer = useRef(false);
  const select = (selection: Selection | null) => {
    setters.select(selection);
    if (selection && byPointer.current) toggle(act, selection.id);
  };
  const { selection } = settings;
  useHotkeys([
    ['f', () => selection && toggle('fail', selection.id)],
    ['d', () => selection && toggle('drain', selection.id)],
  ]);
  return (
    <div className={place.screen}>
      <h1 className="visually-hidden">What if</h1>
      <div
        className={place.map}
        onPointerDownCapture={() => {
          byPointer.current = true;
        }}
        onKeyDownCapture={() => {
          byPointer.current = false;
        }}
      >
        <LiveContext value={picture}>
          <Weathermap scene={scene} settings={settings} setters={{ ...setters, select }} bands={bands}>
            {!narrow && <MapLegend settings={settings} withPaths={bands.length > 0} />}
          </Weathermap>
        </LiveContext>
        <div className={classes.stage}>
          <SegmentedControl
            size="xs"
            aria-label="Loads shown"
            data={STAGES.map((value) => ({ value, label: STAGE_LABELS[value] }))}
            value={stage}
            onChange={(value) => setStage(value as Stage)}
          />
        </div>
      </div>
      <aside className={layout.panel} aria-label="What if">
        <ChangePanel
          imagined={imagined}
          act={act}
          setAct={setAct}
          selection={selection}
          toggle={toggle}
          setScale={(scale) => change({ scale: scale === 1 ? null : String(scale) })}
          clear={() => change({ fail: null, drain: null, scale: null }, true)}
        />
        {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
        {!answer.data && !answer.error && <Loading what="the answer" />}
        {answer.data && <AnswerPanel answer={answer.data} isBehind={answer.isBehind} move={move} showMove={setMove} />}
      </aside>
    </div>
  );
}

/** The network as the answer has it; as it is now until there is one. */
function usePicture(answer: ReturnType<typeof useAnswer>['data'], stage: Stage): StillPicture {
  const [picture] = useState(() => new StillPicture());
  const links = useLive((state) => state.links);
  const offsetMs = useLive((state) => state.clockOffsetMs);
  useEffect(() => {
    const atMs = answer?.atMs ?? Date.now() + offsetMs;
    picture.show(answer ? imaginedLinks(links, answer, stage) : links, atMs);
  }, [picture, links, answer, stage, offsetMs]);
  return picture;
}
