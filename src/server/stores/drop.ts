/** Keeps so many, those put in last; returns the keys of the others. */
export function dropOldest<Key>(map: Map<Key, unknown>, max: number): Key[] {
  const dropped: Key[] = []
  for (const oldest of map.keys()) {
    if (map.size <= max) break
    map.delete(oldest)
    dropped.push(oldest)
  }
  return dropped
}
