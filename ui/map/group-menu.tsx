import { Menu } from '../parts/menu.tsx'
import {
  chooseGrouping,
  GROUPED_FROM,
  GROUPING_WORDS,
  groupings,
  groups,
  setOpen,
  toggleGroup,
} from './view.ts'

/** Chooses what services are grouped by, and which groups are drawn as one box. */

export function GroupMenu() {
  const now = groups.value
  if (groupings.value.length === 0) return null
  return (
    <Menu title="Draw services as groups" label={now ? GROUPING_WORDS[now.by] : 'Group'}>
      {() => (
        <>
          <p class="sheet-title">Draw as one box</p>
          <ul class="choices">
            {groupings.value.map((by) => (
              <li key={by}>
                <button
                  type="button"
                  class="choice"
                  aria-pressed={now?.by === by}
                  onClick={() => chooseGrouping(by)}
                >
                  {GROUPING_WORDS[by]}
                </button>
              </li>
            ))}
            <li>
              <button
                type="button"
                class="choice"
                aria-pressed={now === undefined}
                onClick={() => chooseGrouping('none')}
              >
                Every service by itself
              </button>
            </li>
          </ul>
          {now ? <GroupList /> : null}
        </>
      )}
    </Menu>
  )
}

function GroupList() {
  const { names, closed } = groups.value!
  return (
    <>
      <p class="sheet-title group-all">
        <button type="button" class="button quiet" onClick={() => setOpen([])}>
          Close all
        </button>
        <button type="button" class="button quiet" onClick={() => setOpen(names)}>
          Open all
        </button>
      </p>
      <ul class="choices scrolls">
        {names.map((name) => (
          <li key={name}>
            <label class="choice">
              <span>
                <input type="checkbox" checked={closed.has(name)} onChange={() => toggleGroup(name)} />{' '}
                <bdi>{name}</bdi>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Says that services were grouped unasked, and how to see them all. */
export function GroupNote() {
  const now = groups.value
  if (!now?.unasked) return null
  return (
    <p class="map-note" role="status">
      {GROUPING_WORDS[now.by]} groups are drawn as one box, because more than {GROUPED_FROM} services are
      there.
      <button type="button" class="button quiet" onClick={() => chooseGrouping('none')}>
        Show every service
      </button>
    </p>
  )
}
