import type { AgentCredentials } from '../agent-credentials.ts';
import { encodeV2c, type V2cMessage, v2cHead } from '../wire/message-v2c.ts';
import type { DropReason } from './counts.ts';
import type { Notification } from './kinds.ts';
import { openNotification } from './open-notification.ts';

/** What a packet at the trap port turned out to be. */
export type Incoming =
  | { readonly kind: 'notification'; readonly notification: Notification; readonly answer: Buffer | null }
  /** `answer`: the report that tells the sender why (v3). */
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly answer: Buffer | null };

/** Takes a v2c trap or inform with one of these communities (RFC 1901). @throws WireError */
export function openV2cNotification(message: V2cMessage, credentials: readonly AgentCredentials[]): Incoming {
  const { community } = message;
  const isKnown = credentials.some(
    (entry) => 'community' in entry && Buffer.from(entry.community.reveal()).equals(community),
  );
  if (!isKnown) return dropped('wrongCommunity');
  const opened = openNotification(message.reader);
  if (opened === null) return dropped('notANotification');
  const answer = opened.response && encodeV2c(v2cHead(community), opened.response);
  return { kind: 'notification', notification: opened.notification, answer };
}

export function dropped(reason: DropReason, answer: Buffer | null = null): Incoming {
  return { kind: 'dropped', reason, answer };
}
