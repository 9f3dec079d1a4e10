# Which Debian releases the live specs run on, and where the servers of each are. To be sourced.
set -euo pipefail

releases=(bookworm trixie sid) # the oldest first
roots=${LIVE_ROOTS:-/var/cache/passport-xmpp-bosh}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The release this machine runs. (On sid itself that is the name of the next one, and sid is in a root of its own.)
own_release() {
  sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# Says why the specs cannot run on RELEASE; says nothing when they can.
why_not() {
  local release=$1
  if [[ " ${releases[*]} $(own_release) " != *" $release "* ]]; then
    echo "not one of ${releases[*]}"
  elif [ "$release" = "$(own_release)" ]; then
    [ -x /usr/sbin/ejabberdctl ] && [ -x /usr/bin/prosody ] || echo 'ejabberd or prosody is not installed: npm run servers'
  elif [ ! -e "$roots/$release/made-of" ]; then
    cat "$roots/$release.reason" 2>/dev/null || echo 'there is no root of it: npm run servers'
  fi
}

# Goes on when this process may mount, and else starts COMMAND in its place, where it may: in a user namespace, in which
# the user is the same. To processes in another one it is a stranger, so what belongs together has to be in one.
with_mounts() {
  local namespace=(unshare --user --map-current-user --keep-caps)
  ! unshare --mount true 2>/dev/null || return 0
  "${namespace[@]}" unshare --mount true 2>/dev/null || fail 'This user may not mount, in no namespace: run this as root.'
  exec "${namespace[@]}" "$@"
}
