# The steps of check-containers for compose.provider.yaml. Uses the functions and variables of check-containers.

provider_files=(--file ejabberd/compose.provider.yaml)

provider_is_refused_without() {
  local said
  unset SESSION_SECRET
  ! said=$(compose config 2>&1)
  echo "$said"
  grep -q 'SESSION_SECRET.*openssl rand' <<<"$said"
}

provider_builds() {
  node "$root/spec/containers/relying-party.cjs" client >"$site/ejabberd/clients.json"
  chmod 644 "$site/ejabberd/clients.json" # user 1000 of the container reads it
  build
}

provider_is_healthy() { is ejabberd healthy && is redis healthy && is provider healthy && is proxy healthy; }
provider_up() {
  compose up --detach --no-build "$@"
  within "$READY_S" provider_is_healthy
}
root_of_proxy() { inside proxy cat /data/caddy/pki/authorities/local/root.crt >"$work/root.crt"; }

provider_signs_in() {
  root_of_proxy
  NODE_EXTRA_CA_CERTS=$work/root.crt timeout "$VISIT_S" node "$root/spec/containers/relying-party.cjs" "$issuer" frank \
    <<<"$password" | tee "$work/claims"
  grep -q '"sub":"xmpp:frank@localhost"' "$work/claims"
}
provider_account() { inside ejabberd /opt/ejabberd/add-user frank <<<"$password"; }

asked() { curl --silent --max-time 10 --cacert "$work/root.crt" "$@"; }
provider_hides() {
  local path
  root_of_proxy
  for path in /readyz /healthz /READYZ/; do
    [ "$(asked --output /dev/null --write-out '%{http_code}' "https://localhost:$HTTPS_PORT$path")" = 404 ]
  done
  [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 "http://localhost:$HTTP_PORT/")" = 308 ]
  asked --include "https://localhost:$HTTPS_PORT/login" | grep -iE '^set-cookie: __Host-.*; *secure'
}

# The keys are in a volume, and so are the sessions.
provider_keeps_its_keys() {
  root_of_proxy
  asked --fail "$issuer/jwks" >"$work/keys-before"
  compose down
  provider_up
  root_of_proxy
  asked --fail "$issuer/jwks" | cmp - "$work/keys-before"
  provider_signs_in
}

provider_is_back_after() {
  engine restart "$(container "$1")"
  within "$READY_S" provider_signs_in
}

provider_image_holds_nothing_else() {
  local found
  found=$(inside provider bash -c "cd /provider && ls -d .env .git bench docs ejabberd example-app lib prosody scripts spec \
    node_modules/typescript node_modules/swagger-ui-dist 2>/dev/null
    grep -rls '$marker' /provider /opt --exclude-dir node_modules" || true)
  found+=$(inside proxy bash -c "grep -rls '$marker' /opt /etc/caddy" || true)
  [ -z "$found" ] || { echo "in the images: $found" && return 1; }
}

provider_steps() {
  files=("${provider_files[@]}")
  export PROVIDER_HOST=localhost HTTPS_PORT=$((10000 + RANDOM % 4000)) HTTP_PORT=$((14000 + RANDOM % 4000))
  issuer=https://localhost:$HTTPS_PORT/oidc
  step 'the provider without SESSION_SECRET is refused with the command that makes one' provider_is_refused_without
  step 'the images of the provider are built' provider_builds
  step 'the containers of the provider start, and all are healthy' provider_up
  step 'an account is added beside the provider' provider_account
  step 'a relying party signs a visitor in by the provider' provider_signs_in
  step 'the proxy hides the health of the provider, redirects to https and passes Secure cookies on' provider_hides
  step 'the images of the provider hold neither data, .env, specs nor documents' provider_image_holds_nothing_else
  step 'memory, processes, descriptors and logs of the provider are limited, and root runs nothing' \
    are_limited network ejabberd redis provider proxy
  step 'the provider has the same keys when its containers are made again' provider_keeps_its_keys
  step 'a relying party signs a visitor in after a restart of the provider' provider_is_back_after provider
  step 'a relying party signs a visitor in after a restart of Redis' provider_is_back_after redis
}
