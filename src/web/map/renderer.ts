import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom';
import type { LinkView, RiskLevel } from '../../api/schemas/screen.ts';
import type { Palette } from '../theme/tokens.ts';
import { type Arrangement, arrange, levelOf, MERGE_PX } from './arrange.ts';
import type { Coast } from './coast.ts';
import { type Band, drawBands, drawChosenNode, drawHighlight, drawPulses, PULSE_MS, type Pulse } from './draw-bands.ts';
import { drawLinks } from './draw-links.ts';
import { drawAcknowledged, drawHalos, drawMaintenance, drawMarks } from './draw-marks.ts';
import { drawLabels, drawNodes } from './draw-nodes.ts';
import { drawRiskHalos, drawRiskMarks } from './draw-risks.ts';
import type { Frame } from './frame.ts';
import { type Target, targetAt } from './hit.ts';
import type { Box } from './labels.ts';
import type { MinSeverity } from './link-style.ts';
import { fontOf, paintCanvas } from './paint-canvas.ts';
import type { Scene } from './scene.ts';
import type { Shape } from './shapes.ts';
import { fitView, type Padding, type Size, type View } from './view.ts';

/** What of the map may be changed from outside. */
export interface MapOptions {
  readonly palette: Palette;
  readonly colours: readonly string[];
  readonly least: MinSeverity | null;
  /** False draws every node by itself, however near they are. */
  readonly grouped: boolean;
  readonly bands: readonly Omit<Band, 'drawn'>[];
  readonly risks: ReadonlyMap<number, RiskLevel>;
  readonly maintained: ReadonlySet<number>;
  /** Chosen, pointed at, or of the same risk group. */
  readonly highlighted: readonly { readonly link: number; readonly strong: boolean }[];
  readonly selectedNode: number | null;
  readonly still: boolean;
}

export interface MapEvents {
  /** The view has come to rest; `isFitted` while it shows everything because nobody moved it. */
  rested(view: View, isFitted: boolean): void;
  pointed(target: Target | null, x: number, y: number): void;
  chosen(target: Target | null): void;
  opened(target: Target): void;
}

/** The map has come to rest when nothing moved it for this long. */
const REST_MS = 140;
const BAND_MS = 400;
const ZOOM_STEPS = [0.55, 60] as const;

/** Three canvases above each other: what never changes, what is pointed at, and the links. */
const LAYERS = ['coast', 'under', 'links'] as const;
type Layer = (typeof LAYERS)[number];

/** Draws the map without React: at most once a frame, and only the layers that changed. */
export class MapRenderer {
  readonly #host: HTMLElement;
  readonly #canvases: Readonly<Record<Layer, HTMLCanvasElement>>;
  readonly #events: MapEvents;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #widths = new Map<string, number>();
  readonly #arrangements = new Map<number, Arrangement>();
  #scene: Scene;
  #options: MapOptions;
  #links: readonly (LinkView | null)[] = [];
  #nowMs = () => Date.now();
  #view: View = { k: 1, x: 0, y: 0 };
  #coastView: View | null = null;
  #size: Size = { width: 0, height: 0 };
  #covered: readonly Box[] = [];
  #coast: { land: Path2D; borders: Path2D } | null = null;
  #fitted: Padding | null = null;
  #pulses: Pulse[] = [];
  #bandsBeganAt = 0;
  #stale = new Set<Layer>(LAYERS);
  #frame: number | null = null;
  #rest: ReturnType<typeof setTimeout> | null = null;

  constructor(host: HTMLElement, scene: Scene, options: MapOptions, events: MapEvents) {
    this.#host = host;
    this.#scene = scene;
    this.#options = options;
    this.#events = events;
    this.#canvases = { coast: canvasIn(host), under: canvasIn(host), links: canvasIn(host) };
    this.#zoom = zoom<HTMLElement, unknown>()
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
        if (event.sourceEvent) this.#fitted = null;
        this.#moved(event.transform);
      })
      .clickDistance(4);
  }

  /** Listens for zooming, pointing and choosing. */
  start(): void {
    select(this.#host).call(this.#zoom).on('dblclick.zoom', null);
    this.#host.addEventListener('pointermove', this.#pointed);
    this.#host.addEventListener('pointerleave', this.#left);
    this.#host.addEventListener('click', this.#clicked);
    this.#host.addEventListener('dblclick', this.#doubleClicked);
  }

  stop(): void {
    select(this.#host).on('.zoom', null);
    this.#host.removeEventListener('pointermove', this.#pointed);
    this.#host.removeEventListener('pointerleave', this.#left);
    this.#host.removeEventListener('click', this.#clicked);
    this.#host.removeEventListener('dblclick', this.#doubleClicked);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#rest !== null) clearTimeout(this.#rest);
    for (const canvas of Object.values(this.#canvases)) canvas.remove();
  }

  get view(): View {
    return this.#view;
  }

  get size(): Size {
    return this.#size;
  }

  /** What was in the middle stays there; what showed everything goes on to. */
  setSize(size: Size): void {
    const before = this.#size;
    this.#size = size;
    const ratio = window.devicePixelRatio || 1;
    for (const canvas of Object.values(this.#canvases)) {
      canvas.width = Math.max(1, Math.round(size.width * ratio));
      canvas.height = Math.max(1, Math.round(size.height * ratio));
    }
    this.#changed(...LAYERS);
    if (before.width === 0) return;
    if (this.#fitted) this.fit(this.#fitted);
    else {
      const { k, x, y } = this.#view;
      this.setView({ k, x: x + (size.width - before.width) / 2, y: y + (size.height - before.height) / 2 });
    }
  }

  setCoast(coast: Coast | null): void {
    this.#coast = coast && { land: new Path2D(coast.land), borders: new Path2D(coast.borders) };
    this.#changed('coast');
  }

  /** Newest figures, by index of the scene's links; `turnedBad` pulse. */
  setLinks(links: readonly (LinkView | null)[], turnedBad: readonly number[], nowMs: () => number): void {
    this.#links = links;
    this.#nowMs = nowMs;
    if (!this.#options.still) {
      for (const link of turnedBad) this.#pulses.push({ link, beganAtMs: nowMs() });
    }
    this.#changed('links', 'under');
  }

  setOptions(options: MapOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.bands !== options.bands) this.#bandsBeganAt = performance.now();
    if (before.palette !== options.palette) this.#changed('coast');
    if (before.grouped !== options.grouped) this.#arrangements.clear();
    this.#changed('under', 'links');
  }

  /** Shows the whole network. */
  fit(padding: Padding): void {
    const view = fitView(this.#scene.bounds, this.#size, padding);
    this.#zoom.scaleExtent([view.k * ZOOM_STEPS[0], view.k * ZOOM_STEPS[1]]);
    this.setView(view);
    this.#fitted = padding;
  }

  setView({ k, x, y }: View): void {
    this.#fitted = null;
    select(this.#host).call(this.#zoom.transform, zoomIdentity.translate(x, y).scale(k));
  }

  /** Nearer (factor above 1) or farther, around the middle. */
  zoomBy(factor: number): void {
    this.#fitted = null;
    select(this.#host).call(this.#zoom.scaleBy, factor);
  }

  /** Brings a node to the middle without changing the zoom. */
  centreOn(node: number): void {
    const { k } = this.#view;
    const x = this.#size.width / 2 - (this.#scene.xs[node] ?? 0) * k;
    const y = this.#size.height / 2 - (this.#scene.ys[node] ?? 0) * k;
    this.setView({ k, x, y });
  }

  /** Brings a node to the middle unless it is in sight. */
  reveal(node: number): void {
    const x = (this.#scene.xs[node] ?? 0) * this.#view.k + this.#view.x;
    const y = (this.#scene.ys[node] ?? 0) * this.#view.k + this.#view.y;
    const isInSight = x > 20 && y > 20 && x < this.#size.width - 20 && y < this.#size.height - 20;
    if (!isInSight) this.centreOn(node);
  }

  /** The picture as it would be drawn now. */
  frame(detail: Frame['detail'] = 'full'): Frame {
    const { palette, colours, least, risks, maintained } = this.#options;
    const [scene, view, size, links] = [this.#scene, this.#view, this.#size, this.#links];
    const measure = (text: string, px: number, weight: number) => this.#widthOf(text, px, weight);
    const nowMs = this.#nowMs();
    return {
      scene,
      arrangement: this.#arrangement(),
      view,
      size,
      covered: this.#covered,
      links,
      palette,
      colours,
      least,
      risks,
      maintained,
      detail,
      nowMs,
      measure,
    };
  }

  /** All layers but the coast, for an SVG file. */
  shapes(): Shape[] {
    const frame = this.frame();
    return [...this.#underShapes(frame), ...linkShapes(frame)];
  }

  /** All layers on one canvas, for a picture file. */
  picture(): HTMLCanvasElement {
    this.#draw();
    const { width, height } = this.#canvases.links;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = contextOf(canvas);
    context.fillStyle = this.#options.palette.ground;
    context.fillRect(0, 0, width, height);
    for (const layer of LAYERS) if (!this.#canvases[layer].hidden) context.drawImage(this.#canvases[layer], 0, 0);
    return canvas;
  }

  readonly #pointed = (event: PointerEvent): void => {
    if (event.buttons !== 0) return;
    const [x, y] = this.#placeOf(event);
    this.#events.pointed(targetAt(this.frame(), x, y), x, y);
  };

  readonly #left = (): void => this.#events.pointed(null, 0, 0);

  readonly #clicked = (event: MouseEvent): void => {
    if (event.defaultPrevented) return;
    this.#events.chosen(targetAt(this.frame(), ...this.#placeOf(event)));
  };

  readonly #doubleClicked = (event: MouseEvent): void => {
    const target = targetAt(this.frame(), ...this.#placeOf(event));
    if (target) this.#events.opened(target);
    else this.zoomBy(2);
  };

  #placeOf(event: MouseEvent): [number, number] {
    const { left, top } = this.#host.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #moved({ k, x, y }: View): void {
    this.#view = { k, x, y };
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = null;
      this.#changed(...LAYERS);
      this.#events.rested(this.#view, this.#fitted !== null);
    }, REST_MS);
    this.#changed('under', 'links');
    this.#shiftCoast();
  }

  /** While the map moves the coast is only shifted and stretched; it is drawn anew when the map rests. */
  #shiftCoast(): void {
    const drawn = this.#coastView;
    if (!drawn) return;
    const stretch = this.#view.k / drawn.k;
    const x = this.#view.x - drawn.x * stretch;
    const y = this.#view.y - drawn.y * stretch;
    this.#canvases.coast.style.transform = `translate(${x}px, ${y}px) scale(${stretch})`;
  }

  #changed(...layers: readonly Layer[]): void {
    for (const layer of layers) this.#stale.add(layer);
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #draw(): void {
    const { width, height } = this.#size;
    if (width === 0 || height === 0) return;
    const stale = this.#stale;
    this.#stale = new Set();
    // Nothing moves over the map while it is moved itself.
    if (this.#rest === null) this.#covered = coveredOf(this.#host);
    const frame = this.frame(this.#rest === null ? 'full' : 'moving');
    if (stale.has('coast')) this.#drawCoast();
    if (stale.has('under')) this.#drawUnder(frame);
    if (stale.has('links')) paintCanvas(this.#cleared('links'), linkShapes(frame));
    if (this.#isAnimated(frame.nowMs)) this.#changed('under');
  }

  /** Mostly there is nothing on it, and an empty canvas that is hidden costs nothing to put on the screen. */
  #drawUnder(frame: Frame): void {
    const shapes = this.#underShapes(frame);
    this.#canvases.under.hidden = shapes.length === 0;
    if (shapes.length > 0) paintCanvas(this.#cleared('under'), shapes);
  }

  #drawCoast(): void {
    this.#canvases.coast.hidden = this.#coast === null;
    const context = this.#cleared('coast');
    this.#canvases.coast.style.transform = '';
    this.#coastView = this.#view;
    if (!this.#coast) return;
    const { palette } = this.#options;
    context.translate(this.#view.x, this.#view.y);
    context.scale(this.#view.k, this.#view.k);
    context.fillStyle = palette.land;
    context.fill(this.#coast.land, 'evenodd');
    context.strokeStyle = palette.border;
    context.lineWidth = 0.8 / this.#view.k;
    context.stroke(this.#coast.land);
    context.stroke(this.#coast.borders);
  }

  #underShapes(frame: Frame): Shape[] {
    const { bands, highlighted, selectedNode, palette, still } = this.#options;
    const drawn = still ? 1 : Math.min(1, (performance.now() - this.#bandsBeganAt) / BAND_MS);
    return [
      ...drawBands(
        frame,
        bands.map((band) => ({ ...band, drawn })),
      ),
      ...highlighted.flatMap(({ link, strong }) => drawHighlight(frame, link, strong ? 0.34 : 0.18, palette.text)),
      ...(selectedNode === null ? [] : drawChosenNode(frame, selectedNode)),
      ...drawPulses(frame, this.#pulses),
    ];
  }

  #isAnimated(nowMs: number): boolean {
    this.#pulses = this.#pulses.filter(({ beganAtMs }) => nowMs - beganAtMs < PULSE_MS);
    const bandsGrow = this.#options.bands.length > 0 && performance.now() - this.#bandsBeganAt < BAND_MS + 50;
    return this.#pulses.length > 0 || (bandsGrow && !this.#options.still);
  }

  #cleared(layer: Layer): CanvasRenderingContext2D {
    const context = contextOf(this.#canvases[layer]);
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvases[layer].width, this.#canvases[layer].height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  #arrangement(): Arrangement {
    const level = levelOf(this.#view.k);
    let found = this.#arrangements.get(level);
    if (!found) {
      found = arrange(this.#scene, level, this.#options.grouped ? MERGE_PX : 0);
      this.#arrangements.set(level, found);
    }
    return found;
  }

  #widthOf(text: string, px: number, weight: number): number {
    const key = `${weight} ${px} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      const context = contextOf(this.#canvases.links);
      context.font = fontOf(px, weight);
      width = context.measureText(text).width;
      this.#widths.set(key, width);
    }
    return width;
  }
}

function linkShapes(frame: Frame): Shape[] {
  return [
    ...drawHalos(frame),
    ...drawRiskHalos(frame),
    ...drawLinks(frame),
    ...drawRiskMarks(frame),
    ...drawMarks(frame),
    ...drawMaintenance(frame),
    ...drawAcknowledged(frame),
    ...drawNodes(frame),
    ...drawLabels(frame),
  ];
}

/** What stands over the map, in its own coordinates: whatever is marked `data-covers-map` within `data-map`. */
function coveredOf(host: HTMLElement): Box[] {
  const { left, top } = host.getBoundingClientRect();
  const covers = host.closest('[data-map]')?.querySelectorAll('[data-covers-map]') ?? [];
  return Array.from(covers, (each) => {
    const box = each.getBoundingClientRect();
    return { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
  });
}

function canvasIn(host: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  host.append(canvas);
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser draws no canvas');
  return context;
}
