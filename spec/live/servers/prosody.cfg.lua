-- The shipped configuration with additions for the live specs. prosody.ts fills in each ${}.

Include "${SHIPPED}"

authentication = "internal_${STORAGE}"
plugin_paths = { "${PLUGINS}" }
${MORE}

VirtualHost "localhost"
	modules_enabled = { ${MODULES} }
	allow_registration = ${REGISTRATION}
