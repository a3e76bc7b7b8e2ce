import { systemClock } from '../../src/core/clock.ts';
import { PollShares } from '../../src/pipeline/poll-shares.ts';
import { connectRedis } from '../../src/store/redis/connection.ts';
import { createRedisStore } from '../../src/store/redis/store.ts';
import { Secret } from '../../src/telemetry/snmp/credentials.ts';
import { SnmpSource } from '../../src/telemetry/snmp/source.ts';
import { loadNetwork } from '../../topology/files.ts';

/** One poller among several, as a process that a test can kill. Prints one line for each poll: device and when it began. */
const [socketPath = '', networkFile = '', intervalMs = '2000', holder = ''] = process.argv.slice(2);
const { network } = await loadNetwork(networkFile);
const connection = await connectRedis(socketPath, { role: 'commands' });
const store = await createRedisStore({ networkName: network.name, partitions: 1, connection, clock: systemClock });
const onError = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`);
};
const deviceIds = network.nodes.map(({ id }) => id);
const share = new PollShares({ leases: store.leases, deviceIds, intervalMs: Number(intervalMs), holder, onError });
const source = new SnmpSource({
  network,
  sink: { push: () => Promise.resolve() },
  pollIntervalMs: Number(intervalMs),
  resolveCredentials: () => Promise.resolve(new Secret('share-readers')),
  share,
  events: {
    onPollEnd: (deviceId, elapsedMs) => {
      process.stdout.write(`${JSON.stringify({ deviceId, beganAtMs: share.nowMs() - elapsedMs })}\n`);
    },
  },
});
await share.start();
await source.start();
