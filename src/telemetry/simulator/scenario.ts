import { readFile, stat } from 'node:fs/promises';
import { Value } from 'typebox/value';
import { parseDocument } from 'yaml';
import { DetourError, messageOf } from '../../core/errors.ts';
import { PACKAGE_ROOT } from '../../core/paths.ts';
import { compileSchema, preview } from '../../core/schema.ts';
import { type Duration, type Scenario, ScenarioSchema, type ScriptedFault } from './scenario-schema.ts';

export const SHIPPED_SCENARIOS = ['demo', 'calm', 'calibrated', 'null'] as const;

/** A scenario is a page of text; more than this is a mistake. */
const MAX_BYTES = 256 * 1024;
const checker = compileSchema(ScenarioSchema, 'INVALID_SCENARIO');

/**
 * A shipped scenario by name or a file by path. Throws FILE_UNREADABLE or INVALID_SCENARIO.
 */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  const shipped = SHIPPED_SCENARIOS.some((name) => name === nameOrPath);
  const path = shipped ? `${PACKAGE_ROOT}src/telemetry/simulator/scenarios/${nameOrPath}.yaml` : nameOrPath;
  return parseScenario(await readText(path));
}

async function readText(path: string): Promise<string> {
  let size: number;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is not a file');
    size = found.size;
    if (size <= MAX_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DetourError('FILE_UNREADABLE', `cannot read the scenario ${preview(path)}: ${messageOf(cause)}`, {
      field: 'scenario',
      value: path,
      hint: `name a YAML file or one of ${SHIPPED_SCENARIOS.join(', ')}`,
      cause,
    });
  }
  throw tooLarge(size);
}

/** A scenario from YAML text, defaults filled in. Throws INVALID_SCENARIO that names the first wrong field. */
export function parseScenario(text: string): Scenario {
  if (Buffer.byteLength(text) > MAX_BYTES) throw tooLarge(Buffer.byteLength(text));
  const scenario = checker.parse(Value.Default(ScenarioSchema, parseYaml(text)));
  checkDurations(scenario);
  checkTraffic(scenario);
  checkFailures(scenario);
  scenario.faults.scripted.forEach(checkScripted);
  return scenario;
}

function tooLarge(bytes: number): DetourError {
  return new DetourError('INVALID_SCENARIO', `the scenario has ${bytes} bytes, more than ${MAX_BYTES}`);
}

/** Aliases are refused altogether: a scenario needs none, and they make a small text huge. */
function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text);
    const [problem] = document.errors;
    if (problem) throw problem;
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    const [line] = messageOf(cause).split('\n');
    throw new DetourError('INVALID_SCENARIO', `the scenario is not usable YAML: ${line}`, { cause });
  }
}

function refuse(field: string, message: string, value: unknown): never {
  const got = value === undefined ? '' : `, got ${preview(value)}`;
  throw new DetourError('INVALID_SCENARIO', `${field}: ${message}${got}`, { field, value });
}

function checkDurations({ faults }: Scenario): void {
  const { fibreCut, flapping, corruption, surge, opticalDecay, overload, overheating, blackHole, maintenance } = faults;
  const announced = { opticalDecay, overload, overheating };
  const all = { fibreCut, flapping, corruption, surge, ...announced, blackHole, maintenance };
  for (const [name, fault] of Object.entries(all)) {
    if (fault) checkDuration(`faults.${name}.duration`, fault.duration);
  }
  for (const [name, fault] of Object.entries(announced)) checkRange(`faults.${name}.leadSeconds`, fault?.leadSeconds);
  checkRange('faults.flapping.downSeconds', flapping?.downSeconds);
  checkRange('faults.flapping.upSeconds', flapping?.upSeconds);
  checkRange('faults.corruption.lossRatio', corruption?.lossRatio);
  checkRange('faults.surge.factor', surge?.factor);
}

function checkTraffic({ traffic, plant, optics, devices, transceivers }: Scenario): void {
  const { noiseCorrelation, noiseNodeShare } = traffic;
  if (noiseCorrelation + noiseNodeShare > 1) {
    refuse('traffic.noiseNodeShare', `must be at most 1 - noiseCorrelation (${1 - noiseCorrelation})`, noiseNodeShare);
  }
  checkRange('plant.background.lossRatio', plant.background?.lossRatio);
  checkRange('optics.rxPowerDbm', optics.rxPowerDbm);
  checkRange('transceivers.temperatureCelsius', transceivers.temperatureCelsius);
  for (const name of ['cpuRatio', 'memoryRatio', 'temperatureCelsius'] as const) {
    checkRange(`devices.${name}`, devices[name]);
  }
}

function checkFailures({ failures }: Scenario): void {
  if (!failures) return;
  checkDuration('failures.shortSeconds', failures.shortSeconds);
  checkDuration('failures.maintenanceSeconds', failures.maintenanceSeconds);
  for (const name of ['mtbfHours', 'repairHours', 'maintenanceHours', 'leadSeconds', 'shape'] as const) {
    checkRange(`failures.${name}`, failures[name]);
  }
  if (failures.plannedShare >= 1) refuse('failures.plannedShare', 'must be < 1', failures.plannedShare);
}

function checkDuration(field: string, duration: Duration): void {
  if ((duration.between === undefined) === (duration.median === undefined)) {
    refuse(field, 'must have either between, or median and sigma', duration);
  }
  if (duration.median !== undefined && duration.sigma === undefined) refuse(`${field}.sigma`, 'is missing', undefined);
  checkRange(`${field}.between`, duration.between);
}

function checkRange(field: string, range: readonly number[] | undefined): void {
  if (range && (range[0] as number) > (range[1] as number)) refuse(field, 'must be [low, high]', range);
}

function checkScripted(fault: ScriptedFault, index: number): void {
  const at = `faults.scripted[${index}]`;
  const needs = fault.kind === 'surge' ? 'node' : 'link';
  if (fault[needs] === undefined && !(fault.kind === 'fibre-cut' && fault.srlg)) {
    refuse(`${at}.${needs}`, `is missing (a ${fault.kind} needs it)`, undefined);
  }
  const needsStrength = fault.kind === 'corruption' || fault.kind === 'surge';
  if (needsStrength && fault.strength === undefined) {
    refuse(`${at}.strength`, `is missing (a ${fault.kind} needs it)`, undefined);
  }
  if (fault.kind === 'corruption' && (fault.strength as number) > 1) {
    refuse(`${at}.strength`, 'must be a loss ratio <= 1', fault.strength);
  }
}
