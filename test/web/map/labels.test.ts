import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Label, placeLabels } from '../../../src/web/map/labels.ts';

const SIZE = { width: 800, height: 600 };
const label = (x: number, y: number, text = 'Denver', width = 40): Label => ({
  x,
  y,
  text,
  width,
  height: 15,
  clear: 5,
});
const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 800 }), fc.integer({ min: 0, max: 600 })), {
  maxLength: 60,
});

describe('labels', () => {
  it('cover neither each other nor a node, and stay on the screen', () => {
    fc.assert(
      fc.property(points, (places) => {
        const obstacles = places.map(([x, y]) => ({ x, y, radius: 5 }));
        const placed = placeLabels(
          places.map(([x, y]) => label(x, y)),
          obstacles,
          SIZE,
        );
        const boxes = placed.map(({ x, y, label: { width, height } }) => {
          const bottom = y + height * 0.22;
          return { left: x, right: x + width, top: bottom - height, bottom };
        });
        boxes.forEach((box, i) => {
          expect(box.left >= 0 && box.top >= 0 && box.right <= SIZE.width && box.bottom <= SIZE.height).toBe(true);
          for (const other of boxes.slice(i + 1)) {
            const apart =
              box.right <= other.left + 1e-6 ||
              other.right <= box.left + 1e-6 ||
              box.bottom <= other.top + 1e-6 ||
              other.bottom <= box.top + 1e-6;
            expect(apart).toBe(true);
          }
          for (const { x, y } of obstacles) {
            expect(x > box.left && x < box.right && y > box.top && y < box.bottom).toBe(false);
          }
        });
      }),
    );
  });

  it('go where nothing stands over the map, and away where everything is covered', () => {
    const above = { left: 360, top: 250, right: 440, bottom: 299 };
    const [placed] = placeLabels([label(400, 300)], [], SIZE, [above]);
    expect(placed?.y).toBeGreaterThan(300);
    expect(placeLabels([label(400, 300)], [], SIZE, [{ left: 0, top: 0, right: 800, bottom: 600 }])).toEqual([]);
  });

  it('give way to the more important, which comes first', () => {
    const crowd = Array.from({ length: 30 }, (_, i) => label(400, 300, `node ${i}`));
    const placed = placeLabels(crowd, [], SIZE);
    expect(placed[0]?.label.text).toBe('node 0');
    expect(placed.length).toBeLessThan(30);
  });

  it('are all there where there is room', () => {
    const wide = [label(100, 100), label(400, 300), label(700, 500)];
    expect(placeLabels(wide, [], SIZE)).toHaveLength(3);
  });
});
