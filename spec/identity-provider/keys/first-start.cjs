/* A first start: opens the keys at the path and tells which they are. The sources are compiled as jest compiles them. */
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const Module = require('node:module')
const { transformSync } = require('@swc/core')

const root = join(__dirname, '../../..')
const resolve = Module._resolveFilename
Module._resolveFilename = (request, ...rest) =>
  resolve(request.replace(/^passport-xmpp-bosh-login-site/, join(root, 'login-site')), ...rest)
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, module: { type: 'commonjs' } })
  module._compile(code, filename)
}

const { openKeys } = require(join(root, 'identity-provider/keys/keys'))
const { jwks, areNew } = openKeys(process.argv[2])
process.send(JSON.stringify({ kids: jwks.keys.map(({ kid }) => kid).join(), areNew }))
