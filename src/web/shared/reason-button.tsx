import { Button, type ButtonProps, Popover, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import classes from './reason-button.module.css';

interface Props {
  readonly label: ReactNode;
  /** What the button says that does it, once somebody has said why. */
  readonly verb: string;
  readonly description: string;
  readonly act: (reason: string) => Promise<unknown>;
  readonly disabled?: boolean;
  readonly button?: Pick<ButtonProps, 'variant' | 'size' | 'color'>;
  readonly ariaLabel?: string;
  readonly position?: 'top' | 'bottom-start' | 'bottom-end';
  readonly testId: string;
}

const LONGEST_REASON = 500;

/** A decision that needs a reason: the button asks for it and then does it. */
export function ReasonButton(props: Props) {
  const { label, verb, description, act, disabled = false, button, ariaLabel, position = 'top', testId } = props;
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const decision = useMutation({
    mutationFn: () => act(reason.trim()),
    onSuccess: () => {
      setOpen(false);
      setReason('');
    },
  });
  return (
    <Popover opened={isOpen} onChange={setOpen} position={position} trapFocus withinPortal={false}>
      <Popover.Target>
        <Button
          variant="default"
          {...button}
          disabled={disabled}
          onClick={() => setOpen(!isOpen)}
          data-testid={testId}
          {...(ariaLabel === undefined ? {} : { 'aria-label': ariaLabel })}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() !== '') decision.mutate();
          }}
        >
          <TextInput
            label="Reason"
            description={description}
            required
            maxLength={LONGEST_REASON}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={decision.error?.message}
          />
          <Button
            type="submit"
            loading={decision.isPending}
            disabled={reason.trim() === ''}
            data-testid={`${testId}-now`}
          >
            {verb}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
