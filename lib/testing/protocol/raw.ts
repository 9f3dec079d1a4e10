import { randomBytes } from 'node:crypto'
import { element, type Node, write } from '../../xml/write'

/** name of the element that stands for text to send as it is; a client cannot know it */
const NAME = `raw-${randomBytes(8).toString('hex')}`
const BEGIN = `<${NAME} base64='`
const END = "'/>"

/** Returns a node that is written as this text, whatever it is. */
export function rawXml(xml: string): Node {
  return element(NAME, { base64: Buffer.from(xml).toString('base64') })
}

/** Returns the element as XML text, like `write`, with the text of raw nodes in their place. */
export function writeWithRaw(node: Node): string {
  const [first = '', ...parts] = write(node).split(BEGIN)
  const written = parts.map(part => {
    const end = part.indexOf(END)
    return Buffer.from(part.slice(0, end), 'base64').toString() + part.slice(end + END.length)
  })
  return first + written.join('')
}
