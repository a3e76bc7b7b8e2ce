import { Empty } from '../../shared/feedback.tsx';

export function LinksScreen() {
  return <Empty title="Nothing here yet" />;
}
