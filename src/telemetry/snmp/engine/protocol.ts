import type { Varbind } from '../varbind.ts';
import type { EncodedQuestion } from '../wire/pdu.ts';
import type { Unexpected } from './counts.ts';

/** What a packet turned out to be. */
export type Incoming =
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly status: number;
      readonly varbinds: readonly Varbind[];
    }
  /** The agent needs another form of the request, which `encode` now gives: ask again at once. */
  | { readonly kind: 'again'; readonly id: number; readonly ready: Promise<void> | null }
  /** The agent says that it does not take these credentials. */
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }
  | { readonly kind: 'unexpected'; readonly reason: Unexpected; readonly id: number | null; readonly detail: string };

/** One agent's version of SNMP: how requests become packets, and packets answers. */
export interface Protocol {
  readonly version: 'v2c' | 'v3';
  /** A packet for the question under this id. */
  encode(question: EncodedQuestion, id: number): Buffer;
  /** Never throws. `asked` gives the open question of an id. */
  decode(packet: Buffer, asked: (id: number) => EncodedQuestion | null): Incoming;
  /** None of the tries of a request was answered. */
  onSilence(): void;
  /** True when the agent has answered in a way that did not need the credentials. */
  readonly reachable: boolean;
}
