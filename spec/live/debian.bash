# The Debian releases of the live specs and the places of their servers. To be sourced.
set -euo pipefail

releases=(bookworm trixie sid) # the oldest first
roots=${LIVE_ROOTS:-/var/cache/passport-xmpp-bosh}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints the release of this machine. (On sid itself that is the name of the next one, and sid is in a root of its own.)
own_release() {
  sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# Prints the reason when the specs cannot run on RELEASE, and nothing when they can.
why_not() {
  local release=$1
  if [[ " ${releases[*]} $(own_release) " != *" $release "* ]]; then
    echo "not one of ${releases[*]}"
  elif [ "$release" = "$(own_release)" ]; then
    [ -x /usr/sbin/ejabberdctl ] && [ -x /usr/bin/prosody ] || echo 'ejabberd or prosody is not installed: npm run servers'
  elif [ ! -e "$roots/$release/made-of" ]; then
    cat "$roots/$release.reason" 2>/dev/null || echo 'it has no root: npm run servers'
  fi
}

# Returns when this process may mount. Otherwise replaces it by COMMAND in a user namespace that may mount, with the same
# user. Processes in different namespaces have no rights over each other, so all that belong together share one.
with_mounts() {
  local namespace=(unshare --user --map-current-user --keep-caps)
  ! unshare --mount true 2>/dev/null || return 0
  "${namespace[@]}" unshare --mount true 2>/dev/null || fail 'This user may not mount, even in a namespace: run this as root.'
  exec "${namespace[@]}" "$@"
}
