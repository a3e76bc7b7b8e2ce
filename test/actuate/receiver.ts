import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { observeTunnels } from '../../src/actuate/tunnels.ts';
import type { Step } from '../../src/reroute/actuator.ts';
import type { Tunnel } from '../../src/reroute/proposal.ts';

type Told = Pick<Step, 'key' | 'set' | 'remove' | 'before' | 'summary'> & { readonly action: string };

/** Somebody's automation: checks the signature as the documentation says, and keeps the paths it is told. */
export async function startReceiver(secret: string, { observes = true } = {}) {
  const tunnels = new Map<string, Tunnel>();
  const seen: { key: string; status: number }[] = [];
  let failures = { left: 0, status: 500 };

  const carryOut = ({ action, set, remove, before }: Told): void => {
    if (action === 'observe') return;
    for (const { demand } of set) tunnels.delete(demand);
    for (const demand of remove) tunnels.delete(demand);
    for (const tunnel of action === 'apply' ? set : before) tunnels.set(tunnel.demand, tunnel);
  };

  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const key = String(request.headers['idempotency-key']);
      const answer = (status: number, text = '{}'): void => {
        seen.push({ key, status });
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      };
      if (!isSigned(request, body, secret)) return answer(401);
      if (failures.left > 0) {
        failures = { ...failures, left: failures.left - 1 };
        return answer(failures.status);
      }
      const told = JSON.parse(body) as Told;
      carryOut(told);
      const isObserved = told.action === 'observe' && observes;
      const step = { ...told, metrics: [], commands: [] };
      return answer(200, isObserved ? JSON.stringify(observeTunnels(step, [...tunnels.values()])) : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/steps`,
    seen,
    failNext: (left: number, status: number): void => {
      failures = { left, status };
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** `t=<ms>,v1=<hex>`: the HMAC of `<ms>.<body>`, sent within the last five minutes. */
function isSigned({ headers }: IncomingMessage, body: string, secret: string): boolean {
  const [, sentMs = '', signature = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['detour-signature'])) ?? [];
  const expected = createHmac('sha256', secret).update(`${sentMs}.${body}`).digest();
  const given = Buffer.from(signature, 'hex');
  const isFresh = Math.abs(Date.now() - Number(sentMs)) < 300_000;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}
