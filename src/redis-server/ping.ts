import { connect } from 'node:net';

/** `refused`: nobody listens; `busy`: someone does, but is still loading its data or does not answer in time. */
export type PingAnswer = 'pong' | 'busy' | 'refused';

/** One PING over a Unix socket, in RESP (redis.io/docs/reference/protocol-spec). Never rejects. */
export function pingSocket(socketPath: string, timeoutMs = 1_000): Promise<PingAnswer> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const finish = (answer: PingAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish('busy'));
    socket.once('error', () => finish('refused'));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('+PONG') ? 'pong' : 'busy'));
    socket.once('close', () => finish('refused'));
  });
}
