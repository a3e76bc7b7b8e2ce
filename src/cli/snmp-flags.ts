import { type Command, Option } from 'commander';
import { DetourError } from '../core/errors.ts';
import { type AgentCredentials, agentCredentials, usmUser } from '../telemetry/snmp/agent-credentials.ts';
import { resolveCredentials, Secret } from '../telemetry/snmp/credentials.ts';

/** How to speak to an agent, as flags. */
export interface SnmpFlags {
  readonly community?: string;
  readonly credentials?: string;
  readonly v3User?: string;
  readonly v3Auth?: string;
  readonly v3AuthPassword?: string;
  readonly v3Priv?: string;
  readonly v3PrivPassword?: string;
  readonly v3Context?: string;
}

const V3_FLAGS = ['v3Auth', 'v3AuthPassword', 'v3Priv', 'v3PrivPassword', 'v3Context'] as const;
const DEFAULT_AUTH = 'SHA-256';
const DEFAULT_PRIV = 'AES-128';

export function addSnmpOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--community <text>',
        'v2c community string (public); others on this machine can see it while the command runs',
      ).conflicts(['credentials', 'v3User']),
    )
    .addOption(
      new Option(
        '--credentials <reference>',
        'where the community, or the JSON of a v3 user, is: env:NAME or file:PATH',
      ).conflicts('v3User'),
    )
    .option('--v3-user <name>', 'speak SNMP v3 as this user')
    .option('--v3-auth <protocol>', `SHA-1, SHA-256, SHA-384 or SHA-512 (${DEFAULT_AUTH} with a password)`)
    .option('--v3-auth-password <text>', 'password or its place, env:NAME or file:PATH')
    .option('--v3-priv <protocol>', `AES-128, AES-256 (net-snmp) or AES-256r (Reeder, Cisco) (${DEFAULT_PRIV})`)
    .option('--v3-priv-password <text>', 'password or its place, env:NAME or file:PATH')
    .option('--v3-context <name>', 'context name');
}

/** The credentials of the flags. @throws DetourError SNMP_CREDENTIALS */
export async function credentialsOf(
  flags: SnmpFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AgentCredentials> {
  if (flags.credentials !== undefined) return agentCredentials(await resolveCredentials(flags.credentials, { env }));
  if (flags.v3User === undefined) {
    const stray = V3_FLAGS.find((name) => flags[name] !== undefined);
    if (stray === undefined) return { community: new Secret(flags.community ?? 'public') };
    throw new DetourError('SNMP_CREDENTIALS', 'the v3 flags need --v3-user', { field: 'v3User' });
  }
  const authPassword = await passwordOf(flags.v3AuthPassword, env);
  const privPassword = await passwordOf(flags.v3PrivPassword, env);
  const auth = flags.v3Auth ?? (authPassword === undefined ? undefined : DEFAULT_AUTH);
  const priv = flags.v3Priv ?? (privPassword === undefined ? undefined : DEFAULT_PRIV);
  return {
    user: usmUser({
      user: flags.v3User,
      ...(auth === undefined ? {} : { auth }),
      ...(authPassword === undefined ? {} : { authPassword }),
      ...(priv === undefined ? {} : { priv }),
      ...(privPassword === undefined ? {} : { privPassword }),
      ...(flags.v3Context === undefined ? {} : { context: flags.v3Context }),
    }),
  };
}

async function passwordOf(
  text: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (text === undefined || !/^(env|file):/.test(text)) return text;
  return (await resolveCredentials(text, { env })).reveal();
}
