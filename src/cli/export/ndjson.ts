import type { ExportedSession } from '../../core/index.js';
import { FIELDS } from './fields.js';

const ORDER: string[] = [...FIELDS];

export function ndjsonLine(session: ExportedSession): string {
  return `${JSON.stringify(session, ORDER)}\n`;
}
