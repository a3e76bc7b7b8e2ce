/**
 * Runs in the page (see IN_PAGE): finds text that cannot be read, because it lies beyond the window, is cut by
 * something that does not scroll, or stands under or over something else. Text that ends in an ellipsis on purpose is
 * taken as readable, and what can be scrolled to as well.
 */

interface Piece {
  readonly text: string;
  readonly element: Element;
  /** What is to be seen of it, px of the window. */
  readonly box: Box;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Around {
  readonly area: Box;
  readonly scrolls: boolean;
  readonly clipsAcross: boolean;
  readonly clipsAlong: boolean;
  readonly isEllipsis: boolean;
}

declare global {
  interface Window {
    unreadable(): string[];
  }
}

/** What counts as visible; a closed `details` hides its content by content-visibility. */
const SEEN = { visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true };

function unreadable(): string[] {
  const findings: string[] = [];
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) findings.push(`the page is ${width} px wide in a window of ${innerWidth} px`);
  const pieces = readableTexts(findings);
  for (const piece of pieces) findings.push(...beyondWindow(piece), ...covered(piece));
  for (const [at, piece] of pieces.entries()) findings.push(...collisions(piece, pieces.slice(at + 1)));
  return [...new Set(findings)].slice(0, 20);
}

function readableTexts(findings: string[]): Piece[] {
  const pieces: Piece[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = (node.textContent ?? '').trim();
    if (!element || text === '' || !element.checkVisibility(SEEN)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const box = rect.width < 1 || rect.height < 1 ? null : seenOf(element, rect, findings);
      if (box && box.right - box.left >= 1 && box.bottom - box.top >= 1) pieces.push({ text, element, box });
    }
  }
  return pieces;
}

/** What of a box is left by everything around it; null where it is hidden on purpose, or cut, which is a finding. */
function seenOf(element: Element, whole: Box, findings: string[]): Box | null {
  let seen: Box | null = whole;
  for (let each: Element | null = element; each && seen; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.clipPath.startsWith('inset(50%')) return null;
    if (style.display !== 'inline') seen = within(aroundOf(each, style), seen, element, findings);
  }
  return seen;
}

function aroundOf(element: Element, style: CSSStyleDeclaration): Around {
  const scrolling = ['auto', 'scroll'];
  const clipping = ['hidden', 'clip'];
  return {
    area: element.getBoundingClientRect(),
    scrolls: scrolling.includes(style.overflowX) || scrolling.includes(style.overflowY),
    clipsAcross: clipping.includes(style.overflowX),
    clipsAlong: clipping.includes(style.overflowY),
    isEllipsis: style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none',
  };
}

function within(around: Around, box: Box, element: Element, findings: string[]): Box | null {
  const { area, scrolls, clipsAcross, clipsAlong, isEllipsis } = around;
  if (scrolls || isEllipsis) return common(box, area);
  const across = Math.max(box.right - area.right, area.left - box.left);
  const along = Math.max(box.bottom - area.bottom, area.top - box.top);
  // The line of a text is higher than its letters.
  if ((clipsAcross && across > 1.5) || (clipsAlong && along > 3)) {
    findings.push(`cut by ${Math.round(Math.max(across, along))} px: ${nameOf(element)}`);
    return null;
  }
  return box;
}

function common(one: Box, other: Box): Box | null {
  const left = Math.max(one.left, other.left);
  const top = Math.max(one.top, other.top);
  const right = Math.min(one.right, other.right);
  const bottom = Math.min(one.bottom, other.bottom);
  return right > left && bottom > top ? { left, top, right, bottom } : null;
}

/** What stands wholly above or left of the window waits there for the focus: nobody can scroll to it. */
function beyondWindow({ element, box }: Piece): string[] {
  if (box.bottom <= 0 || box.right <= 0) return [];
  const isBeyond = box.right > innerWidth + 1.5 || box.left < -1.5 || box.bottom > innerHeight + 3 || box.top < -3;
  return isBeyond ? [`beyond the window: ${nameOf(element)}`] : [];
}

function covered({ text, element, box }: Piece): string[] {
  if (getComputedStyle(element).pointerEvents === 'none') return [];
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  const isOwn = !top || top.contains(element) || element.contains(top) || element.closest('label')?.contains(top);
  return isOwn || slidesUnder(element, top) || slidesUnder(top, element)
    ? []
    : [`"${text.slice(0, 40)}" lies under ${nameOf(top)}`];
}

function collisions(one: Piece, others: readonly Piece[]): string[] {
  return others.flatMap((other) => {
    const both = one.element === other.element ? null : common(one.box, other.box);
    // Lines of text may touch; their letters may not.
    if (slidesUnder(one.element, other.element) || slidesUnder(other.element, one.element)) return [];
    const isOver = both !== null && both.right - both.left > 3 && both.bottom - both.top > 6;
    return isOver ? [`"${one.text.slice(0, 40)}" and "${other.text.slice(0, 40)}" lie over each other`] : [];
  });
}

/** A bar that stays while the rest is scrolled beneath it covers nothing for good. */
function slidesUnder(element: Element, bar: Element): boolean {
  for (let each: Element | null = bar; each; each = each.parentElement) {
    if (each.contains(element)) return false;
    if (getComputedStyle(each).position === 'sticky') return each.parentElement?.contains(element) ?? false;
  }
  return false;
}

function nameOf(element: Element): string {
  const text = (element.textContent ?? '').trim().slice(0, 60);
  return `"${text}" (${element.tagName.toLowerCase()}.${(element.getAttribute('class') ?? '').slice(0, 60)})`;
}

const PARTS = [
  slidesUnder,
  nameOf,
  unreadable,
  readableTexts,
  seenOf,
  aroundOf,
  within,
  common,
  beyondWindow,
  covered,
  collisions,
];

/** The functions above as a script, to be there before the page's own; the security policy allows no other way in. */
export const IN_PAGE = `const SEEN = ${JSON.stringify(SEEN)};\n${PARTS.map(String).join('\n')}\nwindow.unreadable = unreadable;`;
