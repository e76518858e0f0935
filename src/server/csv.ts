import { csvHeader, csvLine } from '../core/model/csv.js';
import { CSV_LISTS, type CsvList } from '../core/model/csv-lists.js';
import type { HttpResponse } from './response.js';
import type { Route } from './router.js';

export const CSV = 'text/csv';
/** RFC 4180, section 3. */
const CSV_TYPE = `${CSV}; charset=utf-8; header=present`;

const LISTS: Readonly<Partial<Record<Route['operation'], CsvList>>> = CSV_LISTS;

/** Returns the list that a route also serves as CSV, if any. */
export function csvListOf({ operation }: Pick<Route, 'operation'>): CsvList | undefined {
  return LISTS[operation];
}

type Row = Readonly<Record<string, unknown>>;

/** Returns the items in the body of a response as CSV. */
export function toCsv({ columns }: CsvList, body: unknown): string {
  const items = isRow(body) ? body['items'] : undefined;
  if (!Array.isArray(items)) throw new Error('The body of a list has no items.');
  const lines = items.filter(isRow).map((row) => csvLine(columns, row));
  return csvHeader(columns) + lines.join('');
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** Returns the response in the media type that the client prefers. */
export function negotiate(response: HttpResponse, list: CsvList, accept: string | undefined): HttpResponse {
  const headers = { ...response.headers, Vary: 'Accept' };
  if (!prefersCsv(accept)) return { ...response, headers };
  return { ...response, headers, type: CSV_TYPE, format: (body) => toCsv(list, body) };
}

/** A quoted parameter, which may contain separators. One without an end extends to the end of the header. */
const QUOTED = /"(?:[^"\\]|\\.)*"?/g;

/**
 * True if `Accept` gives CSV a higher weight than JSON (RFC 9110, section 12.5.1). The most specific range decides; other
 * parameters than the weight are ignored, because there is only one form of each type. A client that accepts neither type
 * gets JSON too, which the RFC permits, so that a client with an unusual header still works.
 */
export function prefersCsv(accept = ''): boolean {
  const weights = new Map<string, number>();
  for (const range of accept.toLowerCase().replaceAll(QUOTED, '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    weights.set(type, weightOf(parameters));
  }
  const weigh = (group: string, subtype: string) =>
    weights.get(`${group}/${subtype}`) ?? weights.get(`${group}/*`) ?? weights.get('*/*') ?? 0;
  return weigh('text', 'csv') > weigh('application', 'json');
}

/** An invalid weight is 0. */
function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (weight === undefined) return 1;
  const value = Number(weight.replace(/^q\s*=/, ''));
  return value >= 0 && value <= 1 ? value : 0;
}
