// Keeps an account online that has nothing to say, and answers each message with the times of its requests since it was
// online, in ms. It ends with its parent.
import { subscribe } from 'node:diagnostics_channel'
import { openAccount } from './exchange.js'

const times = []
const account = await openAccount(JSON.parse(process.argv[2]))
subscribe('http.client.request.start', () => times.push(performance.now()))
process.on('message', () => process.send(times))
process.on('disconnect', () => account.close().finally(() => process.exit()))
process.send({})
