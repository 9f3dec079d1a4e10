// Plays the people who are asked: sessions of their own that grant each dialog at once, in the request that polls next. Each
// message names the accounts that have to be there, and is answered when they are. It ends with its parent.
import { PASSWORD } from '../servers/instance.js'
import { openBareSession } from './bare-session.js'

const { bosh } = JSON.parse(process.argv[2])
const sessions = new Map()
let given = 0

/** Answers each dialog of a reply. */
function granted(reply) {
  let answers = ''
  for (let at = reply.indexOf('<message'); at >= 0; at = reply.indexOf('<message', at + 1)) {
    const message = reply.slice(at, reply.indexOf('</message>', at))
    const confirm = /<confirm [^>]*>/.exec(message)?.[0]
    if (confirm === undefined) continue
    const from = / from='([^']+)'/.exec(message)[1]
    const thread = /<thread>[^<]*<\/thread>/.exec(message)?.[0] ?? ''
    answers += `<message xmlns='jabber:client' type='chat' id='a${++given}' to='${from}'>${thread}${confirm}${confirm.endsWith('/>') ? '' : '</confirm>'}</message>`
  }
  return answers
}

process.on('message', async usernames => {
  for (const username of usernames) {
    if (sessions.has(username)) continue
    sessions.set(username, await openBareSession({ bosh, username, password: PASSWORD, came: granted }))
  }
  process.send({})
})
process.on('disconnect', () => process.exit())
process.send({})
