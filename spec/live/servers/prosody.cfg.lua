-- A small Prosody for the live specs. prosody.ts fills in what stands in ${}.

run_as_root = true -- when root runs the specs; means nothing to other users
data_path = "${DIR}"
certificates = "${DIR}" -- there are none; the default is looked for beside this file, with an error in the log
log = { info = "*console" } -- "debug" would log whole BOSH bodies, passwords included

plugin_paths = { "${MODULES}" }
modules_enabled = { "saslauth", "roster", "disco", "bosh", "live_spec" }
modules_disabled = { "s2s" }
c2s_ports = {} -- mod_bosh of Prosody 13 cannot be without mod_c2s; it can be without its ports
c2s_direct_tls_ports = {}

interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
http_ports = { ${HTTP_PORT} }
https_ports = {}
http_default_host = "localhost"

consider_bosh_secure = true -- no mechanisms are offered on plain http otherwise
authentication = "${AUTHENTICATION}"

VirtualHost "localhost"
