/** What keys and buttons may ask of the map, whichever renderer draws it. */
export interface MapHandle {
  fit(): void
  zoomBy(factor: number): void
  /** Gives a service the keyboard's focus and brings it into view. */
  focus(id: string): void
}

/** Rectangle of a node in the picture's own units. */
export function boxAround(node: { x: number; y: number; width: number; height: number }) {
  return {
    left: node.x - node.width / 2,
    right: node.x + node.width / 2,
    top: node.y - node.height / 2,
    bottom: node.y + node.height / 2,
  }
}
