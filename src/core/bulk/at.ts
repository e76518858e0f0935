/** @throws if there is none */
export function at<T>(items: readonly T[], position: number): T {
  const item = items[position];
  if (item === undefined) throw new RangeError(`There is no item ${position}.`);
  return item;
}
