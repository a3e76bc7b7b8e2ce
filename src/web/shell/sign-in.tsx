import { Button, Modal, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { giveToken, isTokenWanted, onTokenChange } from '../service/token.ts';
import classes from '../shared/reason-button.module.css';

/** Asks for a token where the service answers nobody without one. */
export function SignIn() {
  const isWanted = useSyncExternalStore(onTokenChange, isTokenWanted);
  const [token, setToken] = useState('');
  const client = useQueryClient();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    giveToken(token.trim());
    setToken('');
    void client.invalidateQueries();
  };
  return (
    <Modal opened={isWanted} onClose={() => undefined} withCloseButton={false} title="A token is needed" centered>
      <form className={classes.form} onSubmit={onSubmit} data-testid="sign-in">
        <PasswordInput
          label="Token"
          description="From whoever runs Detour. It is kept until this tab is closed."
          required
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        <Button type="submit" disabled={token.trim() === ''}>
          Go on
        </Button>
      </form>
    </Modal>
  );
}
