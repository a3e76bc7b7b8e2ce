import { connect } from 'node:net';

/** One command to a Redis over its Unix socket, without any client library; resolves with the raw answer. */
export function redisCommand(socketPath: string, ...words: readonly string[]): Promise<string> {
  const request = `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error(`no answer to ${words[0]}`)));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('utf8').trim());
    });
  });
}

/** The process id of the Redis behind a socket. */
export async function redisPid(socketPath: string): Promise<number> {
  const info = await redisCommand(socketPath, 'INFO', 'server');
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}
