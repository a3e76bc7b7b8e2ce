import { Empty } from '../../shared/feedback.tsx';

export function JobsScreen() {
  return <Empty title="Nothing here yet" />;
}
