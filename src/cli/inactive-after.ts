import { Option } from 'commander';
import { DEFAULT_INACTIVE_AFTER, type StatusRule } from '../core/index.js';
import { count } from './output.js';
import { parseNumber } from './settings.js';

export function inactiveAfterOption(): Option {
  const meaning = 'days without a session after which a learner is inactive, 1 to 365';
  return new Option('--inactive-after <days>', `${meaning} (default: ${DEFAULT_INACTIVE_AFTER})`).argParser(
    parseNumber,
  );
}

export function describeRule({ inactiveAfter, asOf }: StatusRule): string {
  return `no session for ${count(inactiveAfter, 'day')}, as of ${asOf}`;
}
