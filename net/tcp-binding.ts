/**
 * What Node has below net.Socket and does not promise to keep (process.binding); undefined where it is not
 * as expected.
 */

/** @returns the handles and requests of TCP, in the caller's words for them */
export function loadBindings<Bindings>(): Bindings | undefined {
  try {
    const { binding } = process as unknown as { binding(name: string): Record<string, never> }
    const tcp = binding.call(process, 'tcp_wrap')
    const stream = binding.call(process, 'stream_wrap')
    const found = {
      TCP: tcp['TCP'],
      TCPConnectWrap: tcp['TCPConnectWrap'],
      WriteWrap: stream['WriteWrap'],
      ShutdownWrap: stream['ShutdownWrap'],
      state: stream['streamBaseState'],
      readAt: stream['kReadBytesOrError'],
      asyncAt: stream['kLastWriteWasAsync'],
      SOCKET: (tcp['constants'] as unknown as { SOCKET: number }).SOCKET,
      SERVER: (tcp['constants'] as unknown as { SERVER: number }).SERVER,
    }
    return isComplete(found) ? (found as unknown as Bindings) : undefined
  } catch {
    return undefined
  }
}

function isComplete(found: Record<string, unknown>): boolean {
  const { prototype } = found['TCP'] as { prototype: Record<string, unknown> }
  const methods = ['readStart', 'readStop', 'useUserBuffer', 'writeBuffer', 'shutdown', 'close', 'reset']
  return (
    methods.every((name) => typeof prototype[name] === 'function') &&
    'onread' in prototype &&
    typeof found['WriteWrap'] === 'function' &&
    typeof found['ShutdownWrap'] === 'function' &&
    typeof found['TCPConnectWrap'] === 'function' &&
    typeof found['readAt'] === 'number' &&
    typeof found['asyncAt'] === 'number' &&
    (found['state'] as Int32Array | undefined)!.length > (found['asyncAt'] as number)
  )
}
