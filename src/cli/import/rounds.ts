/** The first item of each name, then the second of each, and so on. */
export function inRounds<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[][] {
  const counts = new Map<string, number>();
  const rounds: Item[][] = [];
  for (const item of items) {
    const name = nameOf(item);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    (rounds[count] ??= []).push(item);
  }
  return rounds;
}
