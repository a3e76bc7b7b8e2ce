import { ActionIcon, Menu, Select, Tooltip } from '@mantine/core';
import {
  IconBoxMultiple,
  IconCircleDashed,
  IconDeviceTv,
  IconDownload,
  IconFocusCentered,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import type { ReactNode, RefObject } from 'react';
import { useLive } from '../live/use-live.ts';
import { usePalette } from '../theme/use-scheme.ts';
import { SCALE_LABELS, SCALES, type ScaleName } from '../theme/utilisation.ts';
import { exportPng, exportSvg } from './export.ts';
import { MIN_SEVERITIES, type MinSeverity } from './link-style.ts';
import classes from './map-controls.module.css';
import { MapSearch } from './map-search.tsx';
import type { MapRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import type { MapSetters, MapSettings } from './use-map-settings.ts';
import { paddingFor } from './view.ts';

interface Props {
  readonly scene: Scene;
  readonly settings: MapSettings;
  readonly setters: MapSetters;
  readonly rendererRef: RefObject<MapRenderer | null>;
  /** Without search and filters, where there is less room. */
  readonly brief?: boolean;
}

/** Search, filter and scale at the top of the map; zoom and export at its right. */
export function MapControls(props: Props) {
  if (props.settings.wall) return <LeaveWall setters={props.setters} />;
  return (
    <>
      {!props.brief && <Filters {...props} />}
      <Tools {...props} />
    </>
  );
}

function Filters({ scene, settings, setters, rendererRef }: Props) {
  return (
    <div className={classes.filters} data-covers-map>
      <MapSearch scene={scene} setters={setters} rendererRef={rendererRef} />
      <Select
        size="xs"
        w={136}
        aria-label="Least severity"
        value={settings.least ?? 'all'}
        allowDeselect={false}
        data={[
          { value: 'all', label: 'All links' },
          ...MIN_SEVERITIES.map((each) => ({
            value: each,
            label: each === 'down' ? 'Down' : `${capital(each)} or worse`,
          })),
        ]}
        onChange={(value) => setters.setLeast(value === 'all' ? null : (value as MinSeverity))}
      />
      <Select
        size="xs"
        w={150}
        aria-label="Colours of utilisation"
        value={settings.scale}
        allowDeselect={false}
        data={SCALES.map((value) => ({ value, label: SCALE_LABELS[value] }))}
        onChange={(value) => setters.setScale(value as ScaleName)}
      />
    </div>
  );
}

function Tools({ scene, settings, setters, rendererRef, brief = false }: Props) {
  const zoom = (factor: number) => () => rendererRef.current?.zoomBy(factor);
  return (
    <div className={classes.tools} data-brief={brief} data-covers-map>
      <Tool label="Zoom in" icon={<IconPlus size={16} />} onClick={zoom(1.5)} />
      <Tool label="Zoom out" icon={<IconMinus size={16} />} onClick={zoom(1 / 1.5)} />
      <Tool
        label="Show everything"
        icon={<IconFocusCentered size={16} />}
        onClick={() => rendererRef.current?.fit(paddingFor(rendererRef.current.size, brief))}
      />
      <Tool
        label={settings.grouped ? 'Draw every node by itself' : 'Group nodes that stand close'}
        icon={<IconBoxMultiple size={16} />}
        pressed={settings.grouped}
        onClick={() => setters.setGrouped(!settings.grouped)}
      />
      <Tool
        label={settings.predicted ? 'Hide what is only predicted' : 'Show what is predicted'}
        icon={<IconCircleDashed size={16} />}
        pressed={settings.predicted}
        onClick={() => setters.setPredicted(!settings.predicted)}
      />
      <Tool label="Wall screen" icon={<IconDeviceTv size={16} />} onClick={() => setters.setWall(true)} />
      <Export scene={scene} rendererRef={rendererRef} />
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ label, icon, pressed, onClick }: ToolProps) {
  return (
    <Tooltip label={label} position="left" openDelay={300}>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={label}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Export({ scene, rendererRef }: Pick<Props, 'scene' | 'rendererRef'>) {
  const palette = usePalette();
  const title = useLive(({ status }) => status?.network ?? 'network');
  const withRenderer = (act: (renderer: MapRenderer) => Promise<void>) => () => {
    if (rendererRef.current) void act(rendererRef.current);
  };
  return (
    <Menu position="left-start">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="Export the map">
          <IconDownload size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={withRenderer((renderer) => exportSvg(renderer, scene, palette, title))}>SVG</Menu.Item>
        <Menu.Item onClick={withRenderer((renderer) => exportPng(renderer, title))}>PNG</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function LeaveWall({ setters }: Pick<Props, 'setters'>) {
  return (
    <div className={classes.tools} data-covers-map>
      <Tool label="Leave the wall screen" icon={<IconDeviceTv size={16} />} onClick={() => setters.setWall(false)} />
    </div>
  );
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
