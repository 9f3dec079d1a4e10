// Runs slow servers in a process of its own, so that their timers do not wait for the work of the visitors. Each message
// holds the options of one server (slow-dialogue.js) and is answered with its port. It ends with its parent.
import { serve } from './http.js'
import { slowDialogue } from './slow-dialogue.js'

process.on('message', async options => {
  const { port } = await serve(slowDialogue(options))
  process.send({ port })
})
process.on('disconnect', () => process.exit())
process.send({})
