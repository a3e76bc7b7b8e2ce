import { linkTrapPdu } from '../../../../src/telemetry/snmp/agent/trap-pdu.ts';
import type { AgentCredentials } from '../../../../src/telemetry/snmp/agent-credentials.ts';
import { resolveCredentials } from '../../../../src/telemetry/snmp/credentials.ts';
import { Keyring } from '../../../../src/telemetry/snmp/traps/keyring.ts';
import { type Trap, TrapReceiver } from '../../../../src/telemetry/snmp/traps/receiver.ts';
import { Senders } from '../../../../src/telemetry/snmp/traps/senders.ts';
import { engineIdOf, LocalEngine, localUsers } from '../../../../src/telemetry/snmp/usm/local-engine.ts';
import { encodeV2c, v2cHead } from '../../../../src/telemetry/snmp/wire/message-v2c.ts';
import type { Network } from '../../../../topology/model.ts';
import { routerAt } from '../../../integration/snmp-tools.ts';

/** A receiver without a socket, by a clock of its own, and what came of what it was given. */
export async function receiverFor(network: Network, env: Record<string, string>, common: readonly string[] = []) {
  const traps: Trap[] = [];
  const errors: unknown[] = [];
  const clock = { nowMs: 1_000 };
  const receiver = new TrapReceiver({
    host: '127.0.0.1',
    port: 0,
    senders: await Senders.of(network, () => undefined),
    keyring: new Keyring({
      resolveCredentials: (reference) => resolveCredentials(reference, { env }),
      common,
      onWarning: () => undefined,
    }),
    engine: new LocalEngine(engineIdOf('receiver'), () => clock.nowMs),
    onTrap: (trap) => traps.push(trap),
    onError: (error) => errors.push(error),
    nowMs: () => clock.nowMs,
  });
  return { receiver, traps, errors, clock };
}

export function networkOf(
  ...routers: readonly [id: string, address: string, port: number, credentials: string][]
): Network {
  return { name: 'lab', nodes: routers.map((router) => routerAt(...router)), links: [], srlgs: [] };
}

export const linkDown = (ifIndex = 3, requestId = 7): Buffer =>
  linkTrapPdu({ kind: 'linkDown', ifIndex, uptimeTicks: 4711, requestId });

export const v2cTrap = (community: string, pdu = linkDown()): Buffer => encodeV2c(v2cHead(Buffer.from(community)), pdu);

/** A v3 trap as an agent with this engine sends it. */
export async function v3Trap(engine: LocalEngine, credentials: AgentCredentials, pdu = linkDown()): Promise<Buffer> {
  if (!('user' in credentials)) throw new Error('a user is needed');
  const [user] = await localUsers([credentials.user], engine.id);
  if (!user) throw new Error('no keys');
  return engine.notification(user, pdu, 99);
}
