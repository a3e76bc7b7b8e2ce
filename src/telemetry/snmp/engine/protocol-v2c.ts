import type { Secret } from '../credentials.ts';
import { WireError } from '../wire/ber.ts';
import { encodeV2c, openMessage, VERSION_2C, v2cHead } from '../wire/message-v2c.ts';
import { type EncodedQuestion, encodeRequest, openPdu, PDU } from '../wire/pdu.ts';
import { decodeVarbinds } from '../wire/varbinds.ts';
import type { Incoming, Protocol } from './protocol.ts';

/** SNMP v2c (RFC 1901): the community in clear in every message. */
export class V2cProtocol implements Protocol {
  readonly version = 'v2c';
  readonly reachable = false;
  readonly #community: Buffer;
  readonly #head: Buffer;

  constructor(community: Secret) {
    this.#community = Buffer.from(community.reveal());
    this.#head = v2cHead(this.#community);
  }

  encode(question: EncodedQuestion, id: number): Buffer {
    return encodeV2c(this.#head, encodeRequest(question, id));
  }

  decode(packet: Buffer, asked: (id: number) => EncodedQuestion | null): Incoming {
    try {
      return this.#decode(packet, asked);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return { kind: 'unexpected', reason: 'malformed', id: null, detail: error.message };
    }
  }

  onSilence(): void {}

  #decode(packet: Buffer, asked: (id: number) => EncodedQuestion | null): Incoming {
    const { version, community, reader } = openMessage(packet);
    if (version !== VERSION_2C) return foreign(null, 'the answer is of another SNMP version than the request');
    if (!community.equals(this.#community)) {
      return foreign(null, 'the answer carries another community than the request');
    }
    const { type, requestId: id, status } = openPdu(reader);
    if (type !== PDU.response) return foreign(id, 'the answer is not a response');
    const question = asked(id);
    if (!question) return { kind: 'unexpected', reason: 'unknownId', id, detail: '' };
    return { kind: 'answer', id, status, varbinds: decodeVarbinds(reader, question.oids) };
  }
}

function foreign(id: number | null, detail: string): Incoming {
  return { kind: 'unexpected', reason: 'foreign', id, detail };
}
