import { once } from 'node:events'
import { createServer } from 'node:net'

const HEAD_END = '\r\n\r\n'
const MAX_REQUEST_BYTES = 65_536

/**
 * Starts a minimal HTTP server: keep-alive, requests with a Content-Length, and the headers that ejabberd sends.
 *
 * @param {(body: string) => string | Promise<string>} answer takes and returns ASCII
 */
export async function serve(answer) {
  let connections = 0
  const server = createServer({ noDelay: true }, socket => {
    connections++
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', chunk => {
      received += chunk
      for (let end = endOf(received); end > 0 && end <= received.length; end = endOf(received)) {
        const body = received.slice(received.indexOf(HEAD_END) + HEAD_END.length, end)
        received = received.slice(end)
        const answered = answer(body)
        if (typeof answered === 'string') socket.write(reply(answered), 'latin1')
        else answered.then(later => socket.write(reply(later), 'latin1'))
      }
      if (received.length > MAX_REQUEST_BYTES) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, connections: () => connections }
}

/** Returns the end of the first request, or 0 before its head is complete. */
function endOf(received) {
  const head = received.indexOf(HEAD_END)
  if (head < 0) return 0
  const length = /\r\ncontent-length: *([0-9]+)/i.exec(received.slice(0, head))?.[1] ?? 0
  return head + HEAD_END.length + Number(length)
}

function reply(body) {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nAccess-Control-Allow-Headers: Content-Type\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n${body}`
}
