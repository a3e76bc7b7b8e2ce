import { connectedComponents } from '../../../topology/components.ts';
import type { Network } from '../../../topology/model.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import type { Layout } from '../layout/layout.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { LayoutSchema } from '../schemas/layout.ts';
import { NetworkViewSchema } from '../schemas/network.ts';

/** What the network is: the same until the service restarts. */
export function networkRoutes(app: ApiServer, deps: ApiDeps, networkHash: string): void {
  const { network } = deps.network;
  const view = {
    name: network.name,
    hash: networkHash,
    simulated: deps.config.simulated,
    components: connectedComponents(network).length,
    warnings: [...deps.warnings],
    ...withoutAddresses(network),
  };
  app.get(
    '/network',
    {
      schema: {
        tags: ['network'],
        summary: 'The network: nodes, links, shared-risk groups',
        querystring: NoQuery,
        response: { 200: NetworkViewSchema, ...problemResponses },
      },
    },
    async () => view,
  );

  // Made when it is first asked for, and kept: a service that nobody looks at needs none.
  let layout: Promise<Layout> | null = null;
  const makeLayout = (): Promise<Layout> =>
    deps.layout({ network: { nodes: network.nodes, links: network.links }, networkHash }).catch((error: unknown) => {
      layout = null;
      throw error;
    });
  app.get(
    '/network/layout',
    {
      schema: {
        tags: ['network'],
        summary: 'Where to draw every node: on the globe, or on a plane where coordinates are not known',
        description: 'The same for the same network, also after a restart.',
        querystring: NoQuery,
        response: { 200: LayoutSchema, ...problemResponses },
      },
    },
    async () => {
      layout ??= makeLayout();
      return layout;
    },
  );
}

/** Management addresses and where credentials are stay inside. */
function withoutAddresses({ nodes, links, srlgs }: Network) {
  return {
    nodes: nodes.map(({ id, name, lat, lon, tier }) => ({ id, name, lat, lon, tier })),
    links: links.map((link) => ({ ...link, srlgs: [...link.srlgs] })),
    srlgs: [...srlgs],
  };
}
