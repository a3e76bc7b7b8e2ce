import type { InterfaceSample } from '../telemetry/sample.ts';
import type { EndMemory, LinkMemory } from './memory.ts';
import type { Thresholds } from './thresholds.ts';

/** RFC 2863, ifOperStatus: in all of these no packets pass. `unknown` says nothing either way. */
const NOT_PASSING: ReadonlySet<string> = new Set(['down', 'testing', 'dormant', 'notPresent', 'lowerLayerDown']);

export function isOperDown(operStatus: string | null): boolean {
  return operStatus !== null && NOT_PASSING.has(operStatus);
}

/** Shut (or put into test) by its operator: no packets pass, on purpose. */
export function isShut(adminStatus: string | null): boolean {
  return adminStatus === 'down' || adminStatus === 'testing';
}

/** One DOWN is enough; it takes `status.clear` samples up in a row to end it. An unknown status changes nothing. */
export function observeStatus(end: EndMemory, sample: InterfaceSample, thresholds: Thresholds): void {
  end.adminStatus = sample.adminStatus;
  end.operStatus = sample.operStatus;
  if (isOperDown(sample.operStatus)) {
    if (!end.down) end.downSinceMs = sample.receivedAtMs;
    end.down = true;
    end.upRun = 0;
  } else if (end.down && sample.operStatus === 'up') {
    end.upRun += 1;
    if (end.upRun >= thresholds.status.clear) {
      end.down = false;
      end.upRun = 0;
    }
  }
}

export function isAdminDown(memory: LinkMemory): boolean {
  return isShut(memory.ends.a.adminStatus) || isShut(memory.ends.z.adminStatus);
}

export function isLinkDown(memory: LinkMemory): boolean {
  return memory.ends.a.down || memory.ends.z.down;
}
