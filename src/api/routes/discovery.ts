import { Type } from 'typebox';
import type { NetworkIndex } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import { compileSchema, nullable } from '../../core/schema.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { DiscoverySchema, type DiscoveryView, LinkDiscoverySchema } from '../schemas/discovery.ts';

/** What is read of the stored network; addresses and references to credentials stand there too, and stay there. */
const StoredNetwork = Type.Object({
  name: Type.String(),
  nodes: Type.Array(Type.Object({ id: Type.String(), name: Type.Optional(Type.String()) })),
  links: Type.Array(
    Type.Object({
      id: Type.String(),
      a: Type.String(),
      z: Type.String(),
      aInterface: Type.Optional(nullable(Type.String())),
      zInterface: Type.Optional(nullable(Type.String())),
      discovery: Type.Optional(LinkDiscoverySchema),
    }),
  ),
});
const stored = compileSchema(StoredNetwork, 'CORRUPT_RECORD');

export function discoveryRoutes(app: ApiServer, { store, network }: ApiDeps): void {
  app.get(
    '/discovery',
    {
      schema: {
        tags: ['network'],
        summary: 'The network as discovery found it: every link with evidence, confidence and when it was last seen',
        description: 'Refused with 404 where discovery is not set up, or its first walk has not ended.',
        querystring: NoQuery,
        response: { 200: DiscoverySchema, ...problemResponses },
      },
    },
    async () => {
      const found = await store.discovered.read();
      if (found === null) {
        throw new DetourError('NOT_FOUND', 'nothing was discovered', {
          hint: 'set DETOUR_DISCOVERY_SEEDS; the first walk may still be under way',
        });
      }
      return discoveryView(stored.parse(found), network);
    },
  );
}

function discoveryView(
  { name, nodes, links }: ReturnType<typeof stored.parse>,
  { nodeById, linkById }: NetworkIndex,
): DiscoveryView {
  const seenAtMs = links.flatMap(({ discovery }) => discovery?.lastSeenAtMs ?? []);
  return {
    network: name,
    lastSeenAtMs: seenAtMs.length === 0 ? null : seenAtMs.reduce((latest, atMs) => Math.max(latest, atMs)),
    nodes: nodes.map((node) => ({ id: node.id, name: node.name ?? node.id, isOnFile: nodeById.has(node.id) })),
    links: links.map(({ id, a, z, aInterface = null, zInterface = null, discovery = null }) => {
      return { id, a, z, aInterface, zInterface, isOnFile: linkById.has(id), discovery };
    }),
  };
}
