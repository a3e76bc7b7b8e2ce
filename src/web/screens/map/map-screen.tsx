import { Empty } from '../../shared/feedback.tsx';

export function MapScreen() {
  return <Empty title="Nothing here yet" />;
}
