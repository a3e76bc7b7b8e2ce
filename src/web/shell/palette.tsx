import '@mantine/spotlight/styles.layer.css';
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import { useLocation } from 'wouter';
import { networkQuery } from '../service/queries.ts';
import classes from './palette.module.css';
import { SCREENS } from './screens.ts';

/** Opens screens, links, nodes and proposals by name (⌘K, Ctrl-K or /). */
/** Rendered when the network changes, not with every step on the map: it may hold thousands of names. */
export const Palette = memo(function Palette() {
  const [, navigate] = useLocation();
  const { data: network } = useQuery(networkQuery);
  const actions = useMemo((): SpotlightActionData[] => {
    const screens = SCREENS.flatMap(({ menu }) =>
      menu
        ? [{ id: `screen:${menu.href}`, group: 'Screens', label: menu.label, onClick: () => navigate(menu.href) }]
        : [],
    );
    const nodes = (network?.nodes ?? []).map(({ id, name }) => ({
      id: `node:${id}`,
      group: 'Nodes',
      label: name,
      description: id,
      onClick: () => navigate(`/?node=${encodeURIComponent(id)}`),
    }));
    const links = (network?.links ?? []).map(({ id, a, z }) => ({
      id: `link:${id}`,
      group: 'Links',
      label: id,
      keywords: [a, z],
      onClick: () => navigate(`/links/${encodeURIComponent(id)}`),
    }));
    return [...screens, ...nodes, ...links];
  }, [network, navigate]);
  return (
    <Spotlight
      actions={actions}
      limit={12}
      shortcut={['mod + K', '/']}
      nothingFound="Nothing has that name"
      searchProps={{ placeholder: 'Screens, nodes, links', 'aria-label': 'Search' }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.6 }}
      classNames={{ action: classes.action }}
    />
  );
});
