import { useQueryClient } from '@tanstack/react-query';
import type { ProposalView } from '../../../api/schemas/screen.ts';
import { post } from '../../service/client.ts';
import { Needs } from '../../shared/needs.tsx';
import { ReasonButton } from '../../shared/reason-button.tsx';

interface Props {
  readonly id: string;
  /** What becomes of it: an applied one is rolled back, one that waits is dismissed. */
  readonly action: 'rollback' | 'dismiss';
  readonly disabled: boolean;
}

const VERBS = { rollback: 'roll back', dismiss: 'dismiss' } as const;
const LABELS = { rollback: 'Roll back', dismiss: 'Dismiss' } as const;

/** Takes a proposal back, once somebody has said why. */
export function Withdraw({ id, action, disabled }: Props) {
  const client = useQueryClient();
  const act = async (reason: string) => {
    await post<ProposalView>(`/reroutes/${encodeURIComponent(id)}/${action}`, { reason });
    void client.invalidateQueries({ queryKey: ['reroutes'] });
  };
  return (
    <Needs needed={action === 'rollback' ? 'approver' : 'operator'} what={`To ${VERBS[action]} it`}>
      <ReasonButton
        label={`${LABELS[action]}…`}
        verb={LABELS[action]}
        description="The same cause is left alone until it ends."
        act={act}
        disabled={disabled}
        testId={action}
      />
    </Needs>
  );
}
