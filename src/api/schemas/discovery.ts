import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';

const EvidenceSchema = Type.Object({
  source: Type.String({ description: 'LLDP, CDP, OSPF, IS-IS, a shared subnet, an alias' }),
  toldBy: Type.String({ description: 'node id of the device that said so' }),
});

/** Why a link is believed to be there, as discovery keeps it beside the link. */
export const LinkDiscoverySchema = Type.Object({
  evidence: Type.Array(EvidenceSchema),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  lastSeenAtMs: Type.Number(),
  isStale: Type.Boolean({ description: 'its devices answered and did not speak of it any more' }),
  assumed: Type.Array(Type.String(), { description: 'fields that nobody told: they hold a stand-in' }),
});

export const DiscoveredLinkSchema = Type.Object({
  id: Type.String(),
  a: Type.String({ description: 'node id' }),
  z: Type.String({ description: 'node id' }),
  aInterface: nullable(Type.String()),
  zInterface: nullable(Type.String()),
  isOnFile: Type.Boolean({ description: 'part of the network that is polled and planned with' }),
  /** Null on links of the file that no walk has seen. */
  discovery: nullable(LinkDiscoverySchema),
});
export type DiscoveredLinkView = Static<typeof DiscoveredLinkSchema>;

export const DiscoverySchema = Type.Object({
  network: Type.String(),
  lastSeenAtMs: nullable(Type.Number({ description: 'of the link that was seen last' })),
  nodes: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), isOnFile: Type.Boolean() })),
  links: Type.Array(DiscoveredLinkSchema),
});
export type DiscoveryView = Static<typeof DiscoverySchema>;
