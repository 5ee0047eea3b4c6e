import { createPost } from '../../../tap-proxy/ship/post.ts'
import type { Reply } from '../support/stub-collector.ts'
import { answer, hang, stubCollector } from '../support/stub-collector.ts'

const sendTo = async (reply: Reply, deadline_ms = 2_000) => {
  const collector = await stubCollector(reply)
  const post = await createPost(collector.url, deadline_ms)
  const result = await post.send(Buffer.from('row\n'), { 'x-tapmesh-rows': '1' })
  post.close()
  await collector.close()
  return result
}

describe('createPost', () => {
  test('stored, with what was quarantined', async () => {
    expect(await sendTo((response) => response.end('{"accepted":1,"quarantined":3}'))).toEqual({
      kind: 'stored',
      quarantined: 3,
    })
    expect(await sendTo((response) => response.end('no json'))).toEqual({ kind: 'stored', quarantined: 0 })
  })

  test.each([400, 401, 403, 404, 413, 415, 422, 301])('%d is poison', async (status) =>
    expect(await sendTo(answer(status))).toMatchObject({ kind: 'poison', status }),
  )

  test.each([429, 500, 502, 503])('%d is tried again', async (status) =>
    expect(await sendTo(answer(status, { 'retry-after': '7' }))).toEqual({
      kind: 'retry',
      reason: `status ${status}`,
      wait_ms: 7_000,
    }),
  )

  test('a hostile Retry-After is bounded or ignored', async () => {
    expect(await sendTo(answer(503, { 'retry-after': '999999' }))).toMatchObject({ wait_ms: 300_000 })
    expect(await sendTo(answer(503, { 'retry-after': '-1' }))).toMatchObject({ wait_ms: 0 })
  })

  test('a collector that hangs is given up at the deadline', async () =>
    expect(await sendTo(hang, 50)).toMatchObject({ kind: 'retry', reason: 'no answer within 50 ms' }))

  test('one that cuts the answer, answers without end, or is not there: tried again', async () => {
    const cut: Reply = (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('x')
      response.destroy()
    }
    const endless: Reply = (response) => {
      response.write(Buffer.alloc(64_000))
    }
    expect((await sendTo(cut)).kind).toBe('retry')
    expect((await sendTo(endless)).kind).toBe('retry')
    const gone = await createPost('http://127.0.0.1:1', 1_000)
    expect(await gone.send(Buffer.from(''), {})).toMatchObject({ kind: 'retry', reason: 'ECONNREFUSED' })
    gone.close()
  })

  test('a header that Node refuses is an answer and not an exception', async () => {
    const post = await createPost('http://127.0.0.1:1', 1_000)
    expect((await post.send(Buffer.from(''), { 'x-bad': 'a\nb' })).kind).toBe('retry')
    post.close()
  })
})
