import assert from 'node:assert/strict';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y;

/** Parses the Prometheus text format and fails on an unknown line. */
export function parseMetrics(text: string): Sample[] {
  assert.ok(text.endsWith('\n'));
  const lines = text.split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) /.test(line));
  const samples = lines.map(parseLine);
  const keys = samples.map(({ name, labels }) =>
    JSON.stringify([
      name,
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .toSorted(),
    ]),
  );
  assert.equal(new Set(keys).size, keys.length, 'a sample occurs twice');
  return samples;
}

/** Returns the value of the only sample with this name and these labels, or 0. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  assert.ok(found.length <= 1, `${name} ${JSON.stringify(labels)} is one sample`);
  return found[0]?.value ?? 0;
}

function parseLine(line: string): Sample {
  const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? assert.fail(line);
  const number = value === '+Inf' ? Infinity : Number(value);
  // Prometheus accepts NaN in any case.
  assert.ok(/^nan$/i.test(value) || !Number.isNaN(number), line);
  return { name, labels: parseLabels(labels), value: number };
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? assert.fail(text);
    labels[name] = value;
  }
  return labels;
}
