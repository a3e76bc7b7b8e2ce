import { Autocomplete } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useMemo, useState } from 'react';
import type { MapRenderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import type { MapSetters } from './use-map-settings.ts';

interface Props {
  readonly scene: Scene;
  readonly setters: MapSetters;
  readonly rendererRef: RefObject<MapRenderer | null>;
}

/** Finds nodes by name or id, links by id, and brings them to the middle. */
export function MapSearch({ scene, setters, rendererRef }: Props) {
  const [text, setText] = useState('');
  const options = useMemo(
    () => [
      {
        group: 'Nodes',
        items: scene.nodes.map(({ id, name }) => ({
          value: `node ${id}`,
          label: name === id ? id : `${name} (${id})`,
        })),
      },
      { group: 'Links', items: scene.links.map(({ id }) => ({ value: `link ${id}`, label: id })) },
    ],
    [scene],
  );
  const go = (value: string) => {
    const [kind, ...rest] = value.split(' ');
    const id = rest.join(' ');
    const link = scene.linkIndex.get(id);
    const node = kind === 'node' ? scene.nodeIndex.get(id) : link === undefined ? undefined : scene.ends[2 * link];
    if (node === undefined) return;
    setters.select({ kind: kind === 'node' ? 'node' : 'link', id });
    rendererRef.current?.centreOn(node);
    setText('');
  };
  return (
    <Autocomplete
      size="xs"
      w={210}
      aria-label="Find a node or a link"
      placeholder="Find a node or a link"
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      data={options}
      limit={12}
      value={text}
      onChange={setText}
      onOptionSubmit={go}
      clearSectionMode="clear"
    />
  );
}
