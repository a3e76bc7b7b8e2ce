import { Button, Popover, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProposalView } from '../../../api/schemas/screen.ts';
import { post } from '../../service/client.ts';
import classes from './proposal-panel.module.css';

interface Props {
  readonly id: string;
  /** What becomes of it: an applied one is rolled back, one that waits is dismissed. */
  readonly action: 'rollback' | 'dismiss';
  readonly disabled: boolean;
}

const LABELS = { rollback: 'Roll back', dismiss: 'Dismiss' } as const;
const LONGEST_REASON = 500;

/** Takes a proposal back, once somebody has said why. */
export function Withdraw({ id, action, disabled }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => post<ProposalView>(`/reroutes/${encodeURIComponent(id)}/${action}`, { reason: reason.trim() }),
    onSuccess: () => {
      setOpen(false);
      void client.invalidateQueries({ queryKey: ['reroutes'] });
    },
  });
  return (
    <Popover opened={isOpen} onChange={setOpen} position="top" trapFocus withinPortal={false}>
      <Popover.Target>
        <Button variant="default" disabled={disabled} onClick={() => setOpen(!isOpen)} data-testid={action}>
          {LABELS[action]}…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.withdraw}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() !== '') withdraw.mutate();
          }}
        >
          <TextInput
            label="Reason"
            description="The same cause is left alone until it ends."
            required
            maxLength={LONGEST_REASON}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={withdraw.error?.message}
          />
          <Button
            type="submit"
            loading={withdraw.isPending}
            disabled={reason.trim() === ''}
            data-testid={`${action}-now`}
          >
            {LABELS[action]}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
