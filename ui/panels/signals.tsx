import type { GoldenSignals, Health } from '../../graph-api/contract.ts'
import { durationText, rateText, shareText, wholeText } from '../../picture/format.ts'

/** Golden signals as tiles. */

export function Tile(props: {
  name: string
  value: string
  note?: string
  tone?: 'bad' | 'warn' | undefined
  title?: string
}) {
  return (
    <div class={`tile ${props.tone ? `is-${props.tone}` : ''}`} title={props.title}>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
      {props.note ? <dd class="tile-note">{props.note}</dd> : null}
    </div>
  )
}

export function Signals({ of }: { of: GoldenSignals & { health: Health } }) {
  const tone = of.health === 'bad' || of.health === 'warn' ? of.health : undefined
  return (
    <dl class="tiles" data-signals>
      <Tile name="Rate" value={rateText(of.rate)} note={`${wholeText(of.calls)} calls`} />
      <Tile
        name="Errors"
        value={shareText(of.error_rate)}
        note={`${wholeText(of.errors)} failed`}
        tone={tone}
      />
      <Tile name="p50" value={durationText(of.p50_us)} />
      <Tile name="p95" value={durationText(of.p95_us)} />
      <Tile name="p99" value={durationText(of.p99_us)} />
      <Tile name="4xx" value={wholeText(of.client_errors)} note="client errors" />
    </dl>
  )
}
