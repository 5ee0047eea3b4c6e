import { ROOMS, type Room, roomOf } from '../floors.ts'
import { type House, importsWithin } from '../tree.ts'

/** Rules about what may import what. */

/** Every import goes to the own room, to `model/`, or to a room that the own room lists. */
export function climbs(house: House): string[] {
  const within = importsWithin(house)
  return house.sources.flatMap((file) => {
    const room = roomOf(file.path)
    return within(file)
      .filter((target) => !mayImport(room, roomOf(target)))
      .map((target) => `${file.path} -> ${target}: ${room?.name} does not list ${roomOf(target)?.name}`)
  })
}

function mayImport(room: Room | undefined, target: Room | undefined): boolean {
  if (!room || !target) return false
  return room === target || target.name === 'model/' || room.may.includes(target.name)
}

/** Files in folders that are no rooms: a new sub-room gets its line in floors.ts. */
export function homeless({ sources }: House): string[] {
  return sources
    .map(({ path }) => path)
    .filter((path) => {
      const { name } = roomOf(path) ?? { name: '' }
      return name !== path && name !== path.slice(0, path.lastIndexOf('/') + 1)
    })
    .map((path) => `${path}: its folder is not listed in floors.ts`)
}

/** Doors that nobody uses: what the table allows is what the code does. */
export function unusedDoors(house: House): string[] {
  const within = importsWithin(house)
  const used = new Set(
    house.sources.flatMap((file) =>
      within(file).map((to) => `${roomOf(file.path)?.name} ${roomOf(to)?.name}`),
    ),
  )
  return ROOMS.flatMap((room) =>
    room.may
      .filter((other) => !used.has(`${room.name} ${other}`))
      .map((other) => `${room.name} lists ${other} and imports nothing from it`),
  )
}

/** Lines of floors.ts that let an import climb: a room lists rooms of lower floors, or earlier ones of its wing. */
export function listedUpward(): string[] {
  return ROOMS.flatMap((room, at) =>
    room.may
      .filter((name) => {
        const below = ROOMS.findIndex((other) => other.name === name)
        const lower = below >= 0 && ROOMS[below]!.floor < room.floor
        return !(lower || (below >= 0 && below < at && ROOMS[below]!.wing === room.wing))
      })
      .map((name) => `${room.name} lists ${name}, which is not below it`),
  )
}

export function cycles(house: House): string[] {
  const within = importsWithin(house)
  const imports = new Map(house.sources.map((file) => [file.path, within(file)]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  return found
}
