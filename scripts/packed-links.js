/*
 * Makes the links of packed documents lead somewhere: to the repository that package.json names, at the tag of the version.
 * While package.json names none, or one whose addresses are unknown here, only the text of such a link is left. Leaves out
 * the column of a table that names specs: they are not packed.
 *
 *   node scripts/packed-links.js DIR
 */
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

module.exports = { addressesIn, withPackedLinks, withoutSpecs }

/** The hosts that npm takes provenance from, each with the part of an address between repository and file. */
const HOSTS = { 'github.com': '', 'gitlab.com': '-/' }

const NOTE = '> Files that this page names without a link are in the repository of the package.\n'
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|#)/i
const BLOCK = /(^```[\s\S]*?^```$)/m
const TABLE_OF_PICTURES = /(?:^\|(?:[^|\n]*\|)+\n\|[-|]+\|\n)?(?:^\|.*<img .*\|\n)+/gm

/**
 * Returns the function that makes an address from `blob` (a page) or `raw` (a picture) and the path of a file.
 * `undefined`: the manifest names no repository, or one at another host.
 */
function addressesIn({ repository, version }) {
  const { url = '', directory = '' } = typeof repository === 'string' ? { url: repository } : (repository ?? {})
  const [, host = '', path = ''] = /^(?:git\+)?https:\/\/([^/]+)\/(.+?)(?:\.git)?$/.exec(url) ?? []
  if (!Object.hasOwn(HOSTS, host)) return
  const way = HOSTS[host]
  return (kind, file) =>
    new URL(join('/', path, `${way}${kind}`, `v${version}`, directory, file), `https://${host}`).href
}

/**
 * Returns a document in which every link is absolute or leads to a packed file.
 *
 * @param addressOf of {@link addressesIn}
 * @param isPacked returns true for the path of a file in the package
 */
function withPackedLinks(text, addressOf, isPacked) {
  let isCut = false
  const targetOf = (link, kind) => {
    if (ABSOLUTE.test(link) || isPacked(link.split('#')[0])) return link
    isCut ||= !addressOf
    return addressOf?.(kind, link)
  }
  const inProse = prose =>
    (addressOf ? prose : prose.replace(TABLE_OF_PICTURES, ''))
      .replace(/\b(src|srcset|href)="([^"]+)"/g, (written, name, link) => {
        const target = targetOf(link, name === 'href' ? 'blob' : 'raw')
        return target ? `${name}="${target}"` : written
      })
      .replace(/(!?)\[([^\][]*)\]\(([^)\s]+)\)/g, (_, picture, label, link) => {
        const target = targetOf(link, picture ? 'raw' : 'blob')
        return target ? `${picture}[${label}](${target})` : picture ? '' : label
      })
  const packed = text
    .split(BLOCK)
    .map((part, nth) => (nth % 2 ? part : inProse(part)))
    .join('')
  return isCut ? packed.replace(/^(# .*\n)/, `$1\n${NOTE}`) : packed
}

/** Returns a document whose tables have no last column `Tests`. */
function withoutSpecs(text) {
  const lines = text.split('\n')
  let isTested = false
  return lines
    .map(line => {
      if (!line.startsWith('|')) isTested = false
      else if (line.endsWith('| Tests |')) isTested = true
      return isTested ? line.slice(0, line.lastIndexOf('|', line.length - 2) + 1) : line
    })
    .join('\n')
}

function main(directory) {
  const addressOf = addressesIn(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')))
  for (const name of readdirSync(directory).filter(name => name.endsWith('.md'))) {
    const file = join(directory, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      withPackedLinks(withoutSpecs(text), addressOf, path => existsSync(join(directory, path))),
    )
  }
}

if (require.main === module) main(process.argv[2])
