import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const STDIN = 0;

/** Whether both are one file, by whatever names or links; the other may be `-`, which is stdin. */
export async function isSame(one: string, other: string | undefined): Promise<boolean> {
  if (other === undefined) return false;
  try {
    const a = await stat(one, { bigint: true });
    const b = other === '-' ? fstatSync(STDIN, { bigint: true }) : await stat(other, { bigint: true });
    return a.isFile() && a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
