// Visitors of an app, in a process of their own. A message { port, logins, concurrency, username, password } sends so many of them
// to POST /login, so many at a time, each of these on one connection; the answer is { statuses }, how often which came.
import { once } from 'node:events'
import { connect } from 'node:net'

async function visit({ port, logins, concurrency, username, password }) {
  const statuses = {}
  let sent = 0
  const body = JSON.stringify({ username, password })
  const request = `POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const visitor = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.setEncoding('latin1')
    await once(socket, 'connect')
    while (sent < logins) {
      sent++
      socket.write(request)
      const [reply] = await once(socket, 'data')
      const status = reply.slice(9, 12)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, logins) }, visitor))
  return { statuses }
}

process.on('message', async message => process.send(await visit(message)))
process.on('disconnect', () => process.exit())
process.send({})
