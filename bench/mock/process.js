// Runs the mock in its own process, so that its CPU is not counted. It sends its port first, answers every message with its
// counts since the start, and ends with its parent.
import { DOMAIN, PASSWORD, USERS } from '../servers/instance.js'
import { dialogue } from './dialogue.js'
import { serve } from './http.js'

const { answer, counts } = dialogue({ username: USERS[0], password: PASSWORD, domain: DOMAIN })
const { port, connections } = await serve(answer)
process.on('message', () => process.send({ ...counts(), connections: connections() }))
process.on('disconnect', () => process.exit())
process.send({ port })
