// Visitors of an app, in their own process. A message { port, usernames, password, ... } sends them to POST /login, each
// on a kept connection. The other fields and the answer are those of load.js. 204 accepts a visitor, 401 refuses it.
import { once } from 'node:events'
import { connect } from 'node:net'
import { turn } from './load.js'

async function visit({ port, usernames, password, ...ends }) {
  const requests = usernames.map(username => {
    const body = JSON.stringify({ username, password })
    return `POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  })
  const sockets = []
  const visited = await turn(async nth => {
    const socket = sockets.pop() ?? (await connected(port))
    socket.write(requests[nth % requests.length])
    // The app's replies are small enough to arrive in one piece.
    const [reply] = await once(socket, 'data')
    sockets.push(socket)
    const status = reply.slice(9, 12)
    if (status !== '204' && status !== '401') throw new Error(`the app answered ${status}`)
    return status === '204'
  }, ends)
  for (const socket of sockets) socket.destroy()
  return visited
}

async function connected(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  return socket
}

process.on('message', async message => process.send(await visit(message)))
process.on('disconnect', () => process.exit())
process.send({})
