export const FORMATS = ['csv', 'ndjson'] as const;

export type Format = (typeof FORMATS)[number];

/** How the sessions are written. */
export interface Layout {
  readonly format: Format;
  readonly gzip: boolean;
}

/** What is not said is told by the name of the file. */
export function layoutOf(file: string, said: { readonly format?: Format; readonly gzip?: boolean }): Layout {
  const [, name = '', gz] = /^(.*?)(\.gz)?$/is.exec(file) ?? [];
  const format = said.format ?? (/\.(ndjson|jsonl)$/i.test(name) ? 'ndjson' : 'csv');
  return { format, gzip: said.gzip ?? gz !== undefined };
}
