import { SegmentedControl } from '@mantine/core';
import { useUrlState } from '../../shared/url-state.ts';
import { AuditPart } from './audit-part.tsx';
import classes from './control.module.css';
import { GuardrailsPart } from './guardrails-part.tsx';
import { MaintenancePart } from './maintenance-part.tsx';

const PARTS = {
  maintenance: { label: 'Maintenance', part: MaintenancePart },
  guardrails: { label: 'Guardrails', part: GuardrailsPart },
  audit: { label: 'Audit', part: AuditPart },
} as const;
type PartName = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as PartName[];

/** What people set up and decided: planned work, what changes are held to, and who did what, when and why. */
export function ControlScreen() {
  const [parameters, change] = useUrlState();
  const name = NAMES.find((each) => each === parameters.get('part')) ?? 'maintenance';
  const { part: Part } = PARTS[name];
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Control</h1>
        <SegmentedControl
          size="xs"
          aria-label="Part"
          data={NAMES.map((value) => ({ value, label: PARTS[value].label }))}
          value={name}
          onChange={(value) => change({ part: value === 'maintenance' ? null : value, subject: null, id: null }, true)}
        />
      </header>
      <Part />
    </div>
  );
}
