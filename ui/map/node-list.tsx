import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Scene } from '../../picture/scene.ts'
import { selection, selectNode } from '../state/selection.ts'
import { lastFocused, tabStop } from './drawing.ts'

/** The services of a canvas as a list that is there for keyboards and screen readers, and not to be seen. */

/** New figures alone are read out at most so often. */
const FIGURES_MS = 5000

function placesOf(scene: Scene): string {
  return scene.nodes.map((node) => `${node.id} ${node.x} ${node.y}`).join('\n')
}

/** The scene, at once where names or places changed, and else every few seconds. */
function useCalm(scene: Scene): Scene {
  const shown = useSignal(scene)
  const latest = useRef(scene)
  const places = useRef('')
  latest.current = scene
  useEffect(() => {
    const now = placesOf(scene)
    if (now === places.current) return
    places.current = now
    shown.value = scene
  }, [scene, shown])
  useEffect(() => {
    const timer = window.setInterval(() => {
      shown.value = latest.current
    }, FIGURES_MS)
    return () => window.clearInterval(timer)
  }, [shown])
  return shown.value
}

export function NodeList({ scene, onFocus }: { scene: Scene; onFocus: (id: string) => void }) {
  const calm = useCalm(scene)
  const [chosen, stop] = [selection.value, tabStop.value]
  return (
    <ul class="hidden node-list" aria-label="Services">
      {calm.nodes.map((node) => (
        <li key={node.id}>
          <button
            type="button"
            class="node-hit"
            tabIndex={stop === node.id ? 0 : -1}
            data-node={node.id}
            data-x={node.x}
            data-y={node.y}
            aria-label={node.sentence}
            aria-pressed={chosen.kind === 'node' && chosen.id === node.id}
            onClick={() => selectNode(node.id)}
            onFocus={() => {
              lastFocused.value = node.id
              onFocus(node.id)
            }}
            onBlur={() => onFocus('')}
          />
        </li>
      ))}
    </ul>
  )
}
