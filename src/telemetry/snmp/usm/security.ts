import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeV3, FLAG, type V3Header, type V3Message } from '../wire/message-v3.ts';
import { AUTH_PROTOCOLS, PRIV_PROTOCOLS } from './algorithms.ts';
import type { UsmKeys } from './user.ts';

/** A salt per message that never repeats with the same boots and time (RFC 3826, section 3.1.2.1). */
let saltCounter = randomBytes(8).readBigUInt64BE();

function nextSalt(): Buffer {
  saltCounter = BigInt.asUintN(64, saltCounter + 1n);
  const salt = Buffer.allocUnsafe(8);
  salt.writeBigUInt64BE(saltCounter);
  return salt;
}

function initialVector(boots: number, time: number, salt: Uint8Array): Buffer {
  const vector = Buffer.allocUnsafe(16);
  vector.writeUInt32BE(boots >>> 0, 0);
  vector.writeUInt32BE(time >>> 0, 4);
  vector.set(salt, 8);
  return vector;
}

/** The whole message, encrypted and authenticated as far as there are keys. */
export function seal(header: Omit<V3Header, 'salt' | 'flags'>, flags: number, scoped: Buffer, keys: UsmKeys): Buffer {
  const { auth, priv } = keys;
  const security = (auth ? FLAG.auth : 0) | (priv ? FLAG.priv : 0);
  const salt = priv ? nextSalt() : Buffer.alloc(0);
  const data = priv ? encrypted(scoped, priv, initialVector(header.boots, header.time, salt)) : scoped;
  const macBytes = auth ? AUTH_PROTOCOLS[auth.protocol].macBytes : 0;
  const { packet, macAt } = encodeV3({ ...header, salt, flags: flags | security }, data, macBytes);
  if (auth) packet.set(macOf(packet, auth), macAt);
  return packet;
}

function encrypted(scoped: Buffer, priv: NonNullable<UsmKeys['priv']>, vector: Buffer): Buffer {
  const cipher = createCipheriv(PRIV_PROTOCOLS[priv.protocol].cipher, priv.key, vector);
  const body = Buffer.concat([cipher.update(scoped), cipher.final()]);
  return Buffer.concat([octetsHead(body.length), body]);
}

function octetsHead(length: number): Buffer {
  if (length < 0x80) return Buffer.from([0x04, length]);
  return length < 0x100 ? Buffer.from([0x04, 0x81, length]) : Buffer.from([0x04, 0x82, length >> 8, length & 0xff]);
}

function macOf(packet: Buffer, auth: NonNullable<UsmKeys['auth']>): Buffer {
  const { hash, macBytes } = AUTH_PROTOCOLS[auth.protocol];
  return createHmac(hash, auth.key).update(packet).digest().subarray(0, macBytes);
}

/** True when the packet was made by someone who has the key. Leaves zeros where the code stood in the packet. */
export function isAuthentic(packet: Buffer, message: V3Message, keys: UsmKeys): boolean {
  const { auth } = keys;
  if (!auth || message.mac.length !== AUTH_PROTOCOLS[auth.protocol].macBytes) return false;
  packet.fill(0, message.macAt, message.macAt + message.mac.length);
  return timingSafeEqual(macOf(packet, auth), message.mac);
}

/** The scoped PDU in clear; null when there is no key for it or the salt has another length. */
export function decrypted(message: V3Message, keys: UsmKeys): Buffer | null {
  const { priv } = keys;
  if (!priv || !message.encrypted || message.salt.length !== 8) return null;
  const vector = initialVector(message.boots, message.time, message.salt);
  const decipher = createDecipheriv(PRIV_PROTOCOLS[priv.protocol].cipher, priv.key, vector);
  return Buffer.concat([decipher.update(message.encrypted), decipher.final()]);
}
