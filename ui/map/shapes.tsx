import { lineHeight } from '../../picture/label.ts'
import { BADGES, DASHES, SLO_MARKS } from '../../picture/palette.ts'
import { pathOf } from '../../picture/path.ts'
import type { Detail, SceneEdge, SceneNode } from '../../picture/scene.ts'
import { textRows } from '../../picture/scene.ts'

/** The scene's primitives as SVG elements; every colour comes from the style sheet. */

const classes = (...names: (string | false | undefined)[]): string => names.filter(Boolean).join(' ')

export function EdgeShape({
  edge,
  lit,
  dim,
  far,
  selected,
}: {
  edge: SceneEdge
  lit: boolean
  dim: boolean
  far: boolean
  selected: boolean
}) {
  const path = pathOf(edge.curve)
  const { x, y, angle } = edge.arrow
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an edge is a picture with a sentence; its keys are the panel's rows.
    <g
      class={classes(
        'edge',
        `is-${edge.health}`,
        lit && 'lit',
        dim && 'dim',
        far && 'far',
        selected && 'selected',
      )}
      data-source={edge.source}
      data-destination={edge.destination}
      role="img"
      aria-label={edge.sentence}
    >
      <title>{edge.sentence}</title>
      <path class="edge-hit" d={path} />
      <path
        class="edge-line"
        d={path}
        stroke-width={edge.width}
        stroke-dasharray={DASHES[edge.health] || undefined}
      />
      <path
        class="edge-tip"
        d="M1 0L-9 -4.5L-7 0L-9 4.5Z"
        transform={`translate(${x} ${y}) rotate(${angle})`}
      />
    </g>
  )
}

export function EdgeLabel({ edge, dim }: { edge: SceneEdge; dim: boolean }) {
  const label = edge.label!
  return (
    <g
      class={classes('edge-label', `is-${edge.health}`, dim && 'dim')}
      data-source={edge.source}
      data-destination={edge.destination}
    >
      <rect
        x={label.x - label.width / 2}
        y={label.y - label.height / 2}
        width={label.width}
        height={label.height}
        rx="4"
      />
      <text text-anchor="middle">
        {label.lines.map((line, at) => (
          <tspan
            key={at}
            class={at >= (label.loss_from ?? label.lines.length) ? 'edge-loss' : undefined}
            x={label.x}
            y={lineHeight(label, at)}
          >
            {line}
          </tspan>
        ))}
      </text>
    </g>
  )
}

interface NodeProps {
  node: SceneNode
  detail: Detail
  dim: boolean
  far: boolean
  selected: boolean
  /** True for the one node that the tab key stops at. */
  stop: boolean
}

export function NodeShape({ node, detail, dim, far, selected, stop }: NodeProps) {
  const [half_width, half_height] = [node.width / 2, node.height / 2]
  return (
    <g
      class={classes(
        'node',
        `is-${node.health}`,
        `kind-${node.kind}`,
        node.members > 0 && 'is-group',
        dim && 'dim',
        far && 'far',
        selected && 'selected',
      )}
      style={{ transform: `translate(${node.x}px, ${node.y}px)` }}
      data-node={node.id}
      data-x={node.x}
      data-y={node.y}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no button element. */}
      <g
        class="node-hit"
        role="button"
        tabindex={stop ? 0 : -1}
        aria-label={node.sentence}
        aria-pressed={selected}
      >
        <title>{node.sentence}</title>
        {node.members > 0 ? (
          <rect
            class="node-stack"
            x={-half_width + 5}
            y={-half_height - 5}
            width={node.width - 10}
            height={node.height}
            rx="10"
          />
        ) : null}
        <rect
          class="node-box"
          x={-half_width}
          y={-half_height}
          width={node.width}
          height={node.height}
          rx="10"
        />
      </g>
      {detail === 'boxes' ? <FarBadge node={node} /> : <NodeText node={node} far={detail === 'names'} />}
    </g>
  )
}

/** A mark on the upper edge of the box: the objective is kept, at risk or missed. */
function SloMark({ state, x, y }: { state: keyof typeof SLO_MARKS; x: number; y: number }) {
  return (
    <g class={`node-slo slo-${state}`} transform={`translate(${x} ${y})`}>
      <circle r="8" />
      <text text-anchor="middle" y="4">
        {SLO_MARKS[state]}
      </text>
    </g>
  )
}

/** From afar only what is wrong has its badge, on the corner, so that no state is told by colour alone. */
function FarBadge({ node }: { node: SceneNode }) {
  if (node.health !== 'warn' && node.health !== 'bad') return null
  return (
    <text class="node-badge large" x={-node.width / 2} y={-node.height / 2 + 9} text-anchor="middle">
      {BADGES[node.health]}
    </text>
  )
}

/** Words beside the button rather than in it: its own name is the whole sentence. */
function NodeText({ node, far }: { node: SceneNode; far: boolean }) {
  const left = -node.width / 2
  const rows = textRows(node)
  if (far) {
    return (
      <>
        <text class="node-name large" text-anchor="middle" y="7">
          {node.name}
        </text>
        <FarBadge node={node} />
      </>
    )
  }
  return (
    <g class="node-words">
      <text class="node-badge" x={left + 18} y="5" text-anchor="middle">
        {BADGES[node.health]}
      </text>
      <text class="node-name" x={left + 32} y={rows.name}>
        {node.name}
      </text>
      {rows.stats !== undefined ? (
        <text class="node-stats" x={left + 32} y={rows.stats}>
          {node.stats}
        </text>
      ) : null}
      {node.slo ? <SloMark state={node.slo} x={node.width / 2 - 16} y={-node.height / 2} /> : null}
    </g>
  )
}
