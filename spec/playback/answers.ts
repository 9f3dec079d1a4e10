import { type Node, write } from '../../lib/xml/write'
import { readDialogue, type Server } from '../fixtures/dialogues/dialogue'
import { bySaxes, type Tree } from '../fixtures/saxes'

const IDS = [(id: string) => ` id='${id}'`, (id: string) => ` id="${id}"`]

/**
 * Returns the text of the `<iq/>` with which a recorded server answered a question of type get, or `undefined` if the
 * recorded client did not ask it. The recorded question and this one have the same payload.
 */
export function answerTo(
  server: Server,
  dialogue: string,
  { to, payload }: { readonly to?: string; readonly payload: Node },
  nth = 0,
): string | undefined {
  const { exchanges } = readDialogue(server, dialogue)
  const wanted = JSON.stringify(bySaxes(write(payload)))
  const ids = exchanges.flatMap(({ request: { body } }) =>
    iqsIn(body)
      .filter(({ attributes: { type, to: asked } }) => type === 'get' && asked === to)
      .filter(({ children: [asked] }) => JSON.stringify(asked) === wanted)
      .map(({ attributes }) => attributes['id'] ?? ''),
  )
  const id = ids[nth]
  if (id === undefined) return undefined
  for (const { reply } of exchanges) {
    if (reply.kind !== 'reply') continue
    const text = reply.body.match(/<iq\b[^>]*>.*?<\/iq>/gs)?.find(iq => IDS.some(form => iq.includes(form(id))))
    if (text !== undefined) return text
  }
  throw new Error(`${dialogue}: nothing answers ${id}`)
}

function iqsIn(body: string): readonly Tree[] {
  try {
    return bySaxes(body).children.filter(({ name }) => name === 'iq')
  } catch {
    return [] // not a body
  }
}
