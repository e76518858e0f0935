import * as z from 'zod';
import { grouped, rule } from './validation.js';

export const MAX_MODULE_IDS = 1000;
export const MAX_MODULE_ID = 128;
/** Separates ids in a list that is stored as one text. */
export const MODULE_SEPARATOR = ';';
/** Visible ASCII without the separator. */
const MODULE_ID = new RegExp(`^[\\x21-\\x3a\\x3c-\\x7e]{1,${MAX_MODULE_ID}}$`);

const idRule = rule(`must be 1 to ${MAX_MODULE_ID} visible ASCII characters without ;`);
const listRule = rule(`must be a list of at most ${grouped(MAX_MODULE_IDS)} module ids`);

/** A set of module ids, as a sorted list. */
export const moduleIdsSchema = z
  .array(z.string({ error: idRule }).regex(MODULE_ID, { error: idRule }), { error: listRule })
  .max(MAX_MODULE_IDS, { error: listRule })
  .overwrite((ids) => Array.from(new Set(ids)).toSorted());

/** True for a text that keeps the rule of module ids. */
export function isModuleId(text: string): boolean {
  return MODULE_ID.test(text);
}

/** A learner's progress in the modules that a course declares. */
export interface Progress {
  /** The number of distinct modules studied. */
  readonly distinctModulesStudied: number;
  /** The number of modules that the course declares; `null` if none. */
  readonly moduleCount: number | null;
  /** The share of the declared modules that were studied, 0 to 1; `null` if the course declares none. */
  readonly progress: number | null;
}

export interface ModuleCounts {
  readonly studied: number;
  readonly declared: number;
  readonly studiedOfDeclared: number;
}

export function toProgress({ studied, declared, studiedOfDeclared }: ModuleCounts): Progress {
  return {
    distinctModulesStudied: studied,
    moduleCount: declared === 0 ? null : declared,
    progress: declared === 0 ? null : studiedOfDeclared / declared,
  };
}
