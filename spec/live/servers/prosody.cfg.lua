-- The configuration that is shipped, and what the live specs want besides. prosody.ts fills in what stands in ${}.

Include "${SHIPPED}"

authentication = "internal_${STORAGE}"
plugin_paths = { "${MODULES}" }

VirtualHost "localhost"
	modules_enabled = { "live_spec" }
