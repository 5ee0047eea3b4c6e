import type { ComponentChildren } from 'preact'

/** A part of a page with a heading of its own. */
export function Card(props: {
  title: string
  aside?: ComponentChildren
  full?: boolean
  children: ComponentChildren
}) {
  return (
    <section class={`card ${props.full ? 'full' : ''}`}>
      <div class="card-head">
        <h2>{props.title}</h2>
        {props.aside ? <div class="card-aside">{props.aside}</div> : null}
      </div>
      {props.children}
    </section>
  )
}
