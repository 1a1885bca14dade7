/** The index of the first number that is not below `wanted`, in a list of which the numbers rise; its length where all are. */
export function firstFrom<One>(list: readonly One[], wanted: number, numberOf: (one: One) => number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    // In between there is always one.
    if (numberOf(list[middle] as One) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
