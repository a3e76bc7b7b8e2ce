import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { layoutQuery, networkQuery } from '../service/queries.ts';
import { buildScene, isGeographic, type Scene } from './scene.ts';

interface SceneResult {
  readonly scene: Scene | null;
  readonly error: unknown;
  readonly retry: () => void;
}

/** The scene of the network: on the globe where every node has coordinates, else in the layout of the service. */
export function useScene(): SceneResult {
  const network = useQuery(networkQuery);
  const needsLayout = network.data !== undefined && !isGeographic(network.data.nodes);
  const layout = useQuery({ ...layoutQuery, enabled: needsLayout });
  const scene = useMemo(() => {
    if (!network.data) return null;
    if (!needsLayout) return buildScene(network.data);
    if (!layout.data) return null;
    return buildScene(network.data, layout.data);
  }, [network.data, layout.data, needsLayout]);
  const retry = () => void (network.error ? network.refetch() : layout.refetch());
  return { scene, error: network.error ?? layout.error, retry };
}
