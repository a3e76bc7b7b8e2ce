import { type Static, Type } from 'typebox';
import { nullable } from '../core/schema.ts';

export const ROLES = ['simulate', 'poll', 'score', 'history', 'work', 'api'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The one list of settings. A setting `fooBar` is `DETOUR_FOO_BAR` in the environment, `--foo-bar` as a flag and
 * `fooBar` in the YAML file that `--config` or `DETOUR_CONFIG` names. Flags win over environment over file.
 */
export const ConfigSchema = Type.Object(
  {
    roles: nullable(
      Type.Array(Type.Enum(ROLES), {
        minItems: 1,
        description:
          'what this process does (simulate poll score history work api); by default everything, with poll in place of simulate where the network file has addresses',
      }),
    ),
    network: Type.String({
      minLength: 1,
      default: 'backbone-100',
      description: 'a shipped network by name, or the path of a detour-network/1 file',
    }),
    demands: nullable(Type.String({ minLength: 1, description: 'path of a detour-demands/1 file' })),
    scenario: Type.String({
      minLength: 1,
      default: 'demo',
      description: 'a shipped scenario by name, or the path of a scenario file',
    }),
    seed: Type.Integer({ minimum: 0, maximum: 4294967295, default: 1, description: 'seed of the simulator' }),
    speed: Type.Number({ exclusiveMinimum: 0, maximum: 1000, default: 1, description: 'simulated seconds per second' }),
    backfillHours: Type.Integer({
      minimum: 0,
      maximum: 168,
      default: 24,
      description:
        'history that the first start of a simulated network makes up, so that charts and predictions have some',
    }),
    mode: nullable(
      Type.Union([Type.Literal('auto'), Type.Literal('manual')], {
        description: 'auto applies proposals (the default where the network is simulated); manual leaves it to people',
      }),
    ),
    actuator: nullable(
      Type.Enum(['simulator', 'dry-run', 'webhook', 'frr'], {
        description:
          'what carries changes out; by default simulator in a simulated network, else dry-run, which only says what to do',
      }),
    ),
    webhookUrl: nullable(
      Type.String({ pattern: '^https?://', description: 'where the actuator webhook sends steps as signed JSON' }),
    ),
    webhookSecret: nullable(
      Type.String({ pattern: '^(env|file):.+', description: 'what steps are signed with, as env:NAME or file:PATH' }),
    ),
    frrPort: Type.Integer({
      minimum: 1,
      maximum: 65535,
      default: 2604,
      description: 'port of the vty of ospfd, which the actuator frr types into',
    }),
    frrPassword: nullable(
      Type.String({ pattern: '^(env|file):.+', description: 'password of that vty, as env:NAME or file:PATH' }),
    ),
    adminToken: nullable(
      Type.String({
        pattern: '^(env|file):.+',
        description: "an admin's token that is configured rather than made, as env:NAME or file:PATH",
      }),
    ),
    token: nullable(
      Type.String({
        pattern: '^(env|file):.+',
        description: 'what commands call a service with, as env:NAME or file:PATH',
      }),
    ),
    host: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address the API listens on' }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65535,
      default: 7600,
      description: 'port of the API; 0 takes a free one',
    }),
    dataDir: Type.String({ minLength: 1, description: 'folder for everything that is kept' }),
    redisUrl: nullable(
      Type.String({
        pattern: '^(rediss?|unix)://',
        description: 'Redis to use (also REDIS_URL); without it a private one is started',
      }),
    ),
    redisServerBin: nullable(
      Type.String({ minLength: 1, description: 'redis-server binary for the private Redis (also REDIS_SERVER_BIN)' }),
    ),
    partitions: Type.Integer({ minimum: 1, maximum: 256, default: 8, description: 'partitions of the sample stream' }),
    planIntervalSeconds: Type.Number({
      minimum: 5,
      maximum: 86400,
      default: 120,
      description: 'distance between scheduled plans',
    }),
    planSpacingSeconds: Type.Number({
      minimum: 1,
      maximum: 600,
      default: 5,
      description: 'least distance between plans set off by link events',
    }),
    utilisationLimit: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: 'highest utilisation a reroute may lead to',
    }),
    holdMargin: Type.Number({
      minimum: 0,
      maximum: 0.5,
      default: 0.05,
      description: 'an overloaded arc is relieved to limit minus margin',
    }),
    holdSeconds: Type.Number({
      minimum: 0,
      maximum: 86400,
      default: 30,
      description: 'how long a cause must be gone before its reroute is taken back',
    }),
    maxMovesPerHour: Type.Integer({
      minimum: 0,
      maximum: 1000000,
      default: 20000,
      description: 'demands that plans may give another way within an hour; the most valuable moves come first',
    }),
    moveCostMinutes: Type.Number({
      minimum: 0,
      maximum: 10080,
      default: 240,
      description: 'what moving traffic costs, in minutes on a way one hop longer; it returns once staying costs more',
    }),
    avoidAtRisk: Type.Enum(['never', 'critical', 'high'], {
      default: 'never',
      description: 'from which level of risk on plans lead no traffic onto a link that is likely to fail',
    }),
    pollIntervalSeconds: Type.Number({
      minimum: 1,
      maximum: 3600,
      default: 10,
      description: 'distance between SNMP polls of a device',
    }),
    trapPort: nullable(
      Type.Integer({
        minimum: 0,
        maximum: 65535,
        description: 'UDP port for SNMP traps and informs, 0 for a free one; without it none are received',
      }),
    ),
    trapHost: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address the trap port listens on' }),
    trapCredentials: nullable(
      Type.Array(Type.String({ pattern: '^(env|file):.+' }), {
        maxItems: 16,
        description: 'credentials of traps beside those that devices are polled with, as env:NAME or file:PATH',
      }),
    ),
    discoverySeeds: nullable(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: 16,
        description: 'ADDRESS or ADDRESS:PORT of devices that discovery starts from; without any it is off',
      }),
    ),
    discoveryWithin: nullable(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: 64,
        description: 'prefixes that discovery stays within; the /16 around each seed (IPv6: /48) when left out',
      }),
    ),
    discoveryCredentials: nullable(
      Type.String({ pattern: '^(env|file):.+', description: 'what discovery asks with, as env:NAME or file:PATH' }),
    ),
    discoveryIntervalMinutes: Type.Number({
      minimum: 0.05,
      maximum: 10080,
      default: 60,
      description: 'distance between two discoveries',
    }),
    discoveryMaxDevices: Type.Integer({
      minimum: 1,
      maximum: 100000,
      default: 2000,
      description: 'devices that one discovery visits at most',
    }),
    historyUrl: nullable(
      Type.String({
        pattern: '^https?://',
        description:
          'Prometheus-compatible database to keep history in, e.g. http://127.0.0.1:9090; without it DuckDB in the data folder',
      }),
    ),
    historyRawHours: Type.Integer({
      minimum: 2,
      maximum: 8760,
      default: 24,
      description: 'how long single samples are kept',
    }),
    historyMinuteDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 200,
      description: 'how long figures by the minute are kept',
    }),
    historyHourDays: Type.Integer({
      minimum: 1,
      maximum: 36500,
      default: 800,
      description: 'how long figures by the hour are kept',
    }),
    historyMaxMegabytes: Type.Integer({
      minimum: 64,
      maximum: 10_000_000,
      default: 10_000,
      description: 'disk that history may use; the oldest goes first',
    }),
    lossDegraded: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.001,
      description: 'loss ratio from which a link is degraded',
    }),
    lossUnhealthy: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'loss ratio from which a link is unhealthy',
    }),
    utilisationDegraded: Type.Number({
      minimum: 0,
      maximum: 10,
      default: 0.8,
      description: 'utilisation from which a link is degraded',
    }),
    utilisationUnhealthy: Type.Number({
      minimum: 0,
      maximum: 10,
      default: 0.95,
      description: 'utilisation from which a link is unhealthy',
    }),
    logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
      default: 'warn',
      description: 'least severe log line that goes to standard error',
    }),
  },
  { additionalProperties: false },
);
export type Config = Readonly<Static<typeof ConfigSchema>>;
