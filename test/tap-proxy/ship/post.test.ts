import { createPost } from '../../../tap-proxy/ship/post.ts'
import type { Reply } from '../support/stub-collector.ts'
import { answer, hang, stubCollector } from '../support/stub-collector.ts'

const sendTo = async (reply: Reply, deadline_ms = 2_000) => {
  const collector = await stubCollector(reply)
  const post = await createPost(collector.url, deadline_ms)
  const result = await post.send(Buffer.alloc(0), { 'x-tapmesh-rows': '0' })
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

  const refusal =
    (status: number, code: string): Reply =>
    (response) =>
      response.writeHead(status).end(JSON.stringify({ error: { code, message: 'why', hint: '' } }))

  test.each([
    [400, 'TAPMESH_BATCH_MALFORMED'],
    [413, 'TAPMESH_BATCH_TOO_LARGE'],
  ])('examined and found bad: %d %s', async (status, code) =>
    expect(await sendTo(refusal(status, code))).toEqual({ kind: 'bad', status, text: `why (${code})` }),
  )

  test.each([
    [401, 'TAPMESH_TOKEN_MISSING'],
    [403, 'TAPMESH_TOKEN_WRONG'],
    [421, 'TAPMESH_HOST_FORBIDDEN'],
    [422, 'TAPMESH_BATCH_VERSION'],
    [426, 'TAPMESH_BATCH_VERSION'],
    [400, 'TAPMESH_BATCH_HEADER'],
    [503, 'TAPMESH_DISK_FULL'],
  ])('a fault of configuration or of the moment: %d %s', async (status, code) =>
    expect(await sendTo(refusal(status, code))).toEqual({
      kind: 'retry',
      reason: `status ${status}, why`,
      code,
      wait_ms: 0,
    }),
  )

  test.each([301, 400, 401, 403, 404, 405, 413, 415, 421, 422, 426, 429, 500, 502, 503])(
    '%d of somebody who is no collector is tried again',
    async (status) =>
      expect(await sendTo(answer(status, { 'retry-after': '7' }))).toEqual({
        kind: 'retry',
        reason: `status ${status}`,
        code: 'TAPMESH_PEER_UNAVAILABLE',
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
