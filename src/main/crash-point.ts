/**
 * Ends the process as if by kill -9 when it reaches the point that `DETOUR_TEST_CRASH_AT` names, so that tests can
 * prove that no order of writes loses or doubles anything. Without the variable it does nothing.
 */
export function crashPoint(environment: Readonly<Record<string, string | undefined>>): (point: string) => void {
  const at = environment.DETOUR_TEST_CRASH_AT;
  if (!at) return () => undefined;
  return (point) => {
    if (point === at) process.kill(process.pid, 'SIGKILL');
  };
}
