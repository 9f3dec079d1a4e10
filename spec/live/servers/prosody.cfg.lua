-- The shipped configuration with additions for the live specs. prosody.ts fills in each ${}.

Include "${SHIPPED}"

authentication = "internal_${STORAGE}"
plugin_paths = { "${MODULES}" }
${MORE}

VirtualHost "localhost"
	modules_enabled = { "live_spec" }
	allow_registration = ${REGISTRATION}
