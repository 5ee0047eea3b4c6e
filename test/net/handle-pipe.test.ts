import { handlesWork } from '../../net/handle-pipe.ts'
import { chooseTransport } from '../../net/transport.ts'

/**
 * The fast transport rests on parts of Node that may change without notice. If this test fails on a
 * new Node, the tap still works over net.Socket (slower); handle-pipe.ts has to be looked at.
 */
test('this Node has the TCP handles that the fast transport reads from', () => {
  expect(handlesWork()).toBe(true)
  expect(chooseTransport()).toBe('handle')
  expect(chooseTransport('socket')).toBe('socket')
})
