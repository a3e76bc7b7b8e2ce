import { Empty } from '../../shared/feedback.tsx';

export function EventsScreen() {
  return <Empty title="Nothing here yet" />;
}
