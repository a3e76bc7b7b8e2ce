import { Empty } from '../../shared/feedback.tsx';

export function ReroutesScreen() {
  return <Empty title="Nothing here yet" />;
}
