import { ROOMS } from './floors.ts'

/** The house as docs/architecture.md draws it, and as floors.ts has it, in the same words. */

/** `floor | wing | imports` of each row of the table. */
export function drawnWings(page: string): string[] {
  const rows = page.matchAll(/^\| (\d) \| `([^`]+)` \| [^|]+ \|([^|]*)\|$/gm)
  return [...rows].map(([, floor, wing, imports]) => `${floor} | ${wing} | ${namesIn(imports!).join(' ')}`)
}

/** `wing: rooms` of each line that tells what is inside. */
export function drawnRooms(page: string): string[] {
  const rows = page.matchAll(/^- `([^`]+)`: ((?:`[^`]+` ?)+)$/gm)
  return [...rows].map(([, wing, rooms]) => `${wing}: ${namesIn(rooms!).join(' ')}`)
}

const namesIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

const WINGS = [...new Set(ROOMS.map(({ wing }) => wing))]
const roomsOf = (wing: string) => ROOMS.filter((room) => room.wing === wing)

export function builtWings(): string[] {
  return WINGS.map((wing) => {
    const rooms = roomsOf(wing)
    const imported = new Set(rooms.flatMap(({ may }) => may))
    const others = WINGS.filter((it) => it !== wing && roomsOf(it).some(({ name }) => imported.has(name)))
    return `${rooms[0]!.floor} | ${wing} | ${others.join(' ')}`
  })
}

export function builtRooms(): string[] {
  return WINGS.filter((wing) => roomsOf(wing).length > 1).map((wing) => {
    const names = roomsOf(wing).map(({ name }) => (name === wing ? '(root)' : name.slice(wing.length)))
    return `${wing}: ${names.join(' ')}`
  })
}
