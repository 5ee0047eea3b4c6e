import * as z from 'zod'
import { parsed } from '../../document/parsed.ts'
import { parseDuration } from '../../document/quantity.ts'
import { checkYaml, oneError, readYamlDocument } from '../../document/yaml-document.ts'
import { describeError } from '../../model/error.ts'

interface Shelf {
  books: Record<string, { pages: number; loan?: number | undefined }>
}

const RULES = {
  schema: z.strictObject({
    books: z.record(
      z.string(),
      z.strictObject({
        pages: z.number('not a number'),
        loan: parsed(parseDuration, 'a duration like 2h').optional(),
      }),
    ),
  }),
  conflictsIn: ({ books }: Shelf) =>
    books['none'] ? [{ path: ['books', 'none'], message: 'is no book', hint: 'Leave it out.' }] : [],
}

const read = (text: string) => checkYaml('shelf.yaml', text, RULES)
const told = (text: string) => {
  const found = read(text)
  return 'mistakes' in found ? found.mistakes.map(describeError) : found.document
}

test('values of a mapping with free names are checked as any other', () => {
  expect(told('books:\n  walden: { pages: 300, loan: 2h }\n')).toEqual({
    books: { walden: { pages: 300, loan: 7_200_000 } },
  })
  expect(told('books:\n  walden:\n    pages: 300\n    laon: 2h\n')).toEqual([
    expect.stringMatching(/^shelf.yaml:4:5: unknown key books\.walden\.laon .*\n {2}Did you mean loan\?/),
  ])
  expect(told('books:\n  none: { pages: 1 }\n')).toEqual([
    expect.stringMatching(/^shelf.yaml:2:3: books\.none: is no book/),
  ])
})

test('tells where a value stands, and where it would stand', () => {
  const found = read('books:\n  walden:\n    pages: 300\n')
  if ('mistakes' in found) throw found.mistakes[0]
  expect(found.placeOf(['books', 'walden', 'pages'])).toMatchObject({ line: 3, column: 5 })
  expect(found.placeOf(['books', 'walden', 'loan'])).toMatchObject({ line: 2 })
})

test('a file that is not there is a mistake like any other, and many become one error', async () => {
  const gone = await readYamlDocument('/nonexistent/shelf.yaml', RULES)
  expect('mistakes' in gone && gone.mistakes[0]!.code).toBe('TAPMESH_CONFIG_UNREADABLE')
  const many = read('books: { a: { pages: x }, b: { pages: y } }')
  if (!('mistakes' in many)) throw new Error('read')
  expect(oneError('shelf.yaml', many.mistakes, 'Mend them.').message).toContain('shelf.yaml: 2 mistakes')
})
