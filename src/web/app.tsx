import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { LiveStore } from './live/store.ts';
import { LiveContext } from './live/use-live.ts';
import { apiUrl } from './service/client.ts';
import { createQueryClient } from './service/queries.ts';
import { Shell } from './shell/shell.tsx';
import { theme } from './theme/theme.ts';

export function App() {
  const [client] = useState(createQueryClient);
  const [store] = useState(() => new LiveStore(apiUrl('/events', { figures: 'true' })));
  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);
  return (
    // Variables and classes come from style sheets: see adoptTheme.
    <MantineProvider theme={theme} defaultColorScheme="dark" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <LiveContext value={store}>
          <Shell />
          <Notifications position="bottom-center" />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
