/** A text that wants a place beside a point, px. The more important come first. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly width: number;
  readonly height: number;
  /** How far from the point it must stay: the radius of what is drawn there. */
  readonly clear: number;
}

export interface PlacedLabel {
  readonly label: Label;
  /** Left end of the base line. */
  readonly x: number;
  readonly y: number;
}

/** A rectangle on the screen, px. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Obstacle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const CELL = 64;
const GAP = 3;
/** Between two labels in a line, so that they are not read as one. */
const SPACE = 6;

/**
 * Greedy placement: each label takes the first of eight places around its point where it covers no other label and no
 * obstacle and lies under nothing, and stays away where there is none. Labels and obstacles are kept in a grid, so it is linear in practice.
 */
export function placeLabels(
  labels: readonly Label[],
  obstacles: readonly Obstacle[],
  size: { readonly width: number; readonly height: number },
  covered: readonly Box[] = [],
): PlacedLabel[] {
  const taken = new Grid();
  for (const box of covered) taken.add(box);
  for (const { x, y, radius } of obstacles) {
    taken.add({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius });
  }
  const placed: PlacedLabel[] = [];
  for (const label of labels) {
    const box = candidates(label).find((each) => isInside(each, size) && taken.isFree(each));
    if (!box) continue;
    taken.add({ ...box, left: box.left - SPACE, right: box.right + SPACE });
    placed.push({ label, x: box.left, y: box.bottom - label.height * 0.22 });
  }
  return placed;
}

/** Above, below, right, left, then the corners: where people look first. */
function candidates({ x, y, width, height, clear }: Label): Box[] {
  const near = clear + GAP;
  const across = [x - width / 2, x - width / 2, x + near, x - near - width];
  const down = [y - near - height, y + near, y - height / 2, y - height / 2];
  const diagonal = near * 0.7;
  across.push(x + diagonal, x + diagonal, x - diagonal - width, x - diagonal - width);
  down.push(y - diagonal - height, y + diagonal, y - diagonal - height, y + diagonal);
  return across.map((left, i) => {
    const top = down[i] ?? 0;
    return { left, top, right: left + width, bottom: top + height };
  });
}

function isInside(box: Box, { width, height }: { readonly width: number; readonly height: number }): boolean {
  return box.left >= 2 && box.top >= 2 && box.right <= width - 2 && box.bottom <= height - 2;
}

/** Boxes by the cells they touch. */
class Grid {
  readonly #cells = new Map<string, Box[]>();

  add(box: Box): void {
    for (const key of cellsOf(box)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push(box);
      else this.#cells.set(key, [box]);
    }
  }

  isFree(box: Box): boolean {
    return cellsOf(box).every((key) => !this.#cells.get(key)?.some((each) => overlap(each, box)));
  }
}

function cellsOf({ left, top, right, bottom }: Box): string[] {
  const keys: string[] = [];
  for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column += 1) {
    for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row += 1) keys.push(`${column},${row}`);
  }
  return keys;
}

function overlap(one: Box, two: Box): boolean {
  return one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom;
}
