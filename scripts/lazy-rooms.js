/*
 * Part of `npm run build`: lets dist/index.js load the rooms of sign-ins without a password when one of their classes is
 * first used, so that an app that checks passwords alone does not load them. An `import` uses every name.
 */
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const LAZY = /^var (\w+) = (require\("\.\/(?:confirm|service-account|passport\/confirm)\/[^"]+"\));\n/gm
const file = join(__dirname, '../dist/index.js')

const code = readFileSync(file, 'utf8')
let count = 0
// Node finds the names for an `import` in the getters that tsc writes, so these stay as they are.
const lazy = code.replace(LAZY, (_, name, load) => {
  count++
  const used = Array.from(code.matchAll(new RegExp(`return ${name}\\.(\\w+);`, 'g')), ([, member]) => member)
  return `var ${name} = { ${used.map(member => `get ${member}() { return ${load}.${member}; }`).join(', ')} };\n`
})
if (count < 4) throw new Error('dist/index.js does not load the rooms that are to be lazy: has tsc changed its output?')
writeFileSync(file, lazy)
