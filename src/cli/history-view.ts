import type { History, HistoryItem } from '../core/index.js';
import { formatDuration } from './duration.js';
import type { Cell } from './output.js';

const WIDTH = 24;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = '▁▂▃▄▅▆▇█';

/** Beside the numbers, for a person: the score's course and a bar of the time studied. */
export function historyTable(
  { items }: History,
  { bars }: { readonly bars: boolean },
): [rows: Cell[][], heading: string[]] {
  const heading = ['Start', 'Sessions', 'Modules', 'Time', 'Score'];
  if (!bars) return [items.map(toRow), heading];
  const longest = Math.max(1, ...items.map(({ timeStudied }) => timeStudied));
  const highest = Math.max(...items.map(({ averageScore }) => averageScore ?? 0)) || 1;
  const rows = items.map((item) => [
    ...toRow(item),
    item.averageScore === null ? '' : level(item.averageScore / highest),
    bar(item.timeStudied / longest),
  ]);
  return [rows, [...heading, '', '']];
}

function toRow(item: HistoryItem): Cell[] {
  const { start, sessionCount, totalModulesStudied, averageScore, timeStudied } = item;
  return [start, sessionCount, totalModulesStudied, formatDuration(timeStudied), averageScore];
}

/** What is not nothing has at least the thinnest bar. */
function bar(part: number): string {
  const eighths = Math.ceil(part * WIDTH * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function level(part: number): string {
  return LEVELS.charAt(Math.min(LEVELS.length - 1, Math.floor(part * LEVELS.length)));
}
