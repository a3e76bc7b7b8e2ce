import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Indexed {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of up to 256 colours, one after the other. */
  readonly palette: readonly number[];
  /** One byte a point, base64. */
  readonly points: string;
}

/**
 * The picture with at most 256 colours, which takes a third of the room (PNG, W3C recommendation, colour type 3). `page`
 * is any blank page: the browser reads the picture.
 */
export async function smallPng(page: Page, picture: Buffer): Promise<Buffer> {
  const { width, height, palette, points } = await page.evaluate(indexed, picture.toString('base64'));
  const rows = Buffer.from(points, 'base64');
  const filtered = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.copy(filtered, y * (width + 1) + 1, y * width, (y + 1) * width);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(filtered, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** In the page: each point as the nearest of the 256 colours that occur most (colours alike in 5 bits count as one). */
async function indexed(base64: string): Promise<Indexed> {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context?.drawImage(bitmap, 0, 0);
  const data = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  const colours = Array.from({ length: width * height }, (_, point) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * point, 4 * point + 3);
    return (red << 16) | (green << 8) | blue;
  });
  const exact = new Map<number, number>();
  for (const colour of colours) exact.set(colour, (exact.get(colour) ?? 0) + 1);
  const bins = new Map<number, { colour: number; most: number; count: number }>();
  for (const [colour, count] of exact) {
    const bin = bins.get(colour & 0xf8f8f8) ?? { colour, most: 0, count: 0 };
    const isMost = count > bin.most;
    bins.set(colour & 0xf8f8f8, {
      colour: isMost ? colour : bin.colour,
      most: isMost ? count : bin.most,
      count: bin.count + count,
    });
  }
  const frequent = [...bins.values()].sort((one, other) => other.count - one.count).slice(0, 256);
  const palette = frequent.map(({ colour }) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const);
  const nearestTo = (colour: number): number => {
    let best = 0;
    let least = Infinity;
    for (const [at, [red, green, blue]] of palette.entries()) {
      const distance =
        (red - (colour >> 16)) ** 2 + (green - ((colour >> 8) & 255)) ** 2 + (blue - (colour & 255)) ** 2;
      if (distance < least) [best, least] = [at, distance];
    }
    return best;
  };
  const nearest = new Map([...exact.keys()].map((colour) => [colour, nearestTo(colour)]));
  const points = colours.map((colour) => String.fromCharCode(nearest.get(colour) ?? 0)).join('');
  return { width, height, palette: palette.flat(), points: btoa(points) };
}
