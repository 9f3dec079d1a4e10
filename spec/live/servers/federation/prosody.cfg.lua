-- The shipped configuration with federation, on loopback and with a DNS server of the specs. server.ts fills in each ${}.

Include "${SHIPPED}"

interfaces = { "127.0.0.1" }
c2s_ports = { ${C2S_PORT} }
c2s_require_encryption = true
ssl = { cafile = "${DIR}/authority.pem" }
unbound = {
	resolvconf = false, hoststxt = false, forward = { "127.0.0.1@${NAMES_PORT}" },
	-- unbound itself would answer that names below .test do not exist.
	options = { ["do-not-query-localhost:"] = "no", ["local-zone:"] = "test. transparent" },
}
use_ipv6 = false
