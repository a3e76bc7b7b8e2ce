/** What a map is made of, in order; one list is painted on a canvas or written as SVG. Lengths are px. */
export type Shape =
  | {
      readonly kind: 'lines';
      /** x, y, x, y for each line. */
      readonly at: readonly number[];
      readonly colour: string;
      readonly width: number;
      readonly dash?: readonly number[];
      readonly opacity?: number;
    }
  | {
      readonly kind: 'polyline';
      readonly at: readonly number[];
      readonly colour: string;
      readonly width: number;
      readonly opacity: number;
    }
  | {
      readonly kind: 'triangles';
      /** Three points each. */
      readonly at: readonly number[];
      readonly colour: string;
      readonly opacity?: number;
    }
  | {
      readonly kind: 'circles';
      /** x, y of each. */
      readonly at: readonly number[];
      readonly radius: number;
      readonly fill: string | null;
      readonly stroke: string | null;
      readonly width: number;
      readonly dash?: readonly number[];
      readonly opacity?: number;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly colour: string;
      /** Drawn around the letters, so that they can be read over lines; costly. */
      readonly halo: string | null;
      readonly size: number;
      readonly weight: number;
    };
