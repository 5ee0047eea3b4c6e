/** Answers that the tap gives by itself: short, plain, and honest about whose they are. */

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

const made = new Map<string, Buffer>()
/** Rules make the texts many; past this they are made anew each time. */
const MADE_MAX = 1000

/** Leave to send the body (RFC 9110 section 10.1.1). */
export const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n')

/**
 * @param flags response flags of the call record, shown in `x-tapmesh-flags`
 * @param close false where the connection may carry another request
 * @param denied what refused the call, shown in `x-tapmesh-denied`: `<feature>;rule=<id>;v=<revision>`
 * @param hint why, and what to do about it; a sentence of the body
 * @param headOnly true for HEAD: the same fields without the body (RFC 9110 section 9.3.2)
 */
export function localAnswer(
  status: number,
  flags: string,
  close: boolean,
  headOnly: boolean,
  denied = '',
  hint = '',
): Buffer {
  const key = `${status} ${flags} ${close} ${headOnly} ${denied} ${hint}`
  let answer = made.get(key)
  if (!answer) {
    const reason = REASONS[status] ?? 'Error'
    const body = `tapmesh: ${status} ${reason} (${flags}${denied && `, ${denied}`})\n${hint && `${hint}\n`}`
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${body.length}`,
      `x-tapmesh-flags: ${flags}`,
      ...(denied === '' ? [] : [`x-tapmesh-denied: ${denied}`]),
      // A second fills every bucket with what a second allows (RFC 9110 section 10.2.3).
      ...(status === 429 ? ['Retry-After: 1'] : []),
      ...(status === 405 ? ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'] : []),
      ...(close ? ['Connection: close'] : []),
    ]
    answer = Buffer.from(`${head.join('\r\n')}\r\n\r\n${headOnly ? '' : body}`)
    if (made.size < MADE_MAX) made.set(key, answer)
  }
  return answer
}
