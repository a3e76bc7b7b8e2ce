import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyHeap } from '../../src/twin/heap.ts';

interface Entry {
  readonly key: number;
  readonly node: number;
}

interface Step {
  readonly kind: 'push' | 'drop' | 'replace';
  readonly key: number;
}

const steps = fc.array(
  fc.record({ kind: fc.constantFrom('push' as const, 'drop' as const, 'replace' as const), key: fc.nat(50) }),
  { maxLength: 80 },
);

/** Takes the step on the heap, and on the list that it is compared with. */
function take({ kind, key }: Step, node: number, heap: KeyHeap, model: Entry[]): void {
  if (kind !== 'push') {
    const top = model.findIndex((entry) => entry.node === heap.topNode);
    model.splice(top, 1);
  }
  if (kind === 'drop') heap.drop();
  else if (kind === 'push') heap.push(key, node);
  else heap.replaceTop(key, node);
  if (kind !== 'drop') model.push({ key, node });
}

describe('the heap', () => {
  it('always has the smallest key on top, whatever was pushed, dropped and replaced', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 4 }), (taken, capacity) => {
        const heap = new KeyHeap(capacity);
        const model: Entry[] = [];
        taken.forEach((step, node) => {
          if (step.kind !== 'push' && model.length === 0) return;
          take(step, node, heap, model);
          expect(heap.size).toBe(model.length);
          if (model.length === 0) return;
          expect(heap.topKey).toBe(Math.min(...model.map((entry) => entry.key)));
          expect(model).toContainEqual({ key: heap.topKey, node: heap.topNode });
        });
        heap.clear();
        expect(heap.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
