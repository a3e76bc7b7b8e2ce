import { Empty } from '../../shared/feedback.tsx';

export function LinkScreen() {
  return <Empty title="Nothing here yet" />;
}
