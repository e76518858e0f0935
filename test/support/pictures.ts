import assert from 'node:assert/strict';

interface Picture {
  readonly text: string;
}

/** Returns the texts of the elements of a picture that has no entities. */
export function textsOf({ text }: Picture, element = 'text'): string[] {
  const pattern = new RegExp(`<${element}[^>]*>([^<]*)</${element}>`, 'g');
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}

export interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: string;
  readonly label: string;
}

/** Returns the labels at the marks of a picture. */
export function labelsOf({ text }: Picture): Label[] {
  return Array.from(
    text.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|middle|end)">([^<]*)</g),
    ([, x, y, anchor = '', label = '']) => ({ x: Number(x), y: Number(y), anchor, label }),
  );
}

/** Asserts that the labels of a picture have room, with an estimate of their widths. */
export function assertNoOverlap(picture: Picture, width: number): void {
  for (const labels of Map.groupBy(labelsOf(picture), ({ y }) => y).values()) {
    let end = -1;
    for (const { x, anchor, label } of labels) {
      const size = label.length * 6.6;
      const left = x - (anchor === 'start' ? 0 : anchor === 'end' ? size : size / 2);
      assert.ok(left >= 0 && left + size <= width, label);
      assert.ok(left > end, label);
      end = left + size;
    }
  }
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the bars of a class, whose picture has no bar of the value 0. */
export function barsOf({ text }: Picture, kind = 'bar'): Bar[] {
  const [, path = ''] = new RegExp(`class="${kind}" d="([^"]+)"`).exec(text) ?? [];
  return Array.from(path.matchAll(/M([\d.]+) [\d.]+v(-[\d.]+)h([\d.]+)/g), ([, x, height, width]) => ({
    x: Number(x),
    width: Number(width),
    height: -Number(height),
  }));
}
