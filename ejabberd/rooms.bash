# Makes the rooms whose members have a role in the app, and changes who has a role. make-room and role in ejabberd/ and
# prosody/ source this file and call make_room or role with their arguments. Their instance.bash defines
# `rooms DIR COMMAND NAME [LINE]...`, which carries out COMMAND for the room NAME on the server of DIR:
#
#   make-room      a LINE is "room-owner LOCALPART", "owner JID", or "member JID" for a service account
#   grant, revoke  a LINE is a JID
#   list
#   newcomer       on Prosody, before the account of the LINE is made; NAME means nothing
#
#   DIR/room-owner  the localpart of an owner of all rooms. It is at the domain of the rooms, where no account can be: every
#                   member sees the owners, and with a sign-up he could take the name.
make_room() {
  local dir=$default_dir name line account lines=()
  [[ ${1-} != */* ]] || { dir=$1 && shift; }
  name=${1-}
  [ $# -ge 1 ] && [[ $1 != -* ]] || fail "usage: $0 [DIR] NAME [OWNER]..."
  require_name "$name"
  shift
  require_lines "$@"
  dir=$(running "$dir")

  hold "$dir"
  [ -s "$dir/room-owner" ] || write_secret "$dir/room-owner" "owner-$(random_hex 16)"
  lines=("room-owner $(cat "$dir/room-owner")")
  for line in "$@"; do lines+=("owner $line"); done
  for account in "$dir"/service-account-*; do
    [ ! -e "$account" ] || lines+=("member ${account##*/service-account-}")
  done
  rooms "$dir" make-room "$name" "${lines[@]}"
}

role() {
  local dir=$default_dir command name usage="usage: $0 [DIR] grant NAME JID... | revoke NAME JID... | list NAME"
  [[ ${1-} != */* ]] || { dir=$1 && shift; }
  [ $# -ge 2 ] || fail "$usage"
  command=$1 name=$2
  shift 2
  case $command in
    grant | revoke) [ $# -ge 1 ] || fail "$usage" ;;
    list) [ $# = 0 ] || fail "$usage" ;;
    *) fail "$usage" ;;
  esac
  require_name "$name"
  require_lines "$@"
  dir=$(running "$dir")
  rooms "$dir" "$command" "$name" "$@"
}

require_name() {
  local LC_ALL=C # elsewhere ä is between a and z
  [[ $1 =~ ^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$ ]] ||
    fail "a room is called by its role: a to z, 0 to 9, and inside - and _, at most 64 characters"
}

require_lines() {
  local line
  for line in "$@"; do
    case $line in '' | *[[:cntrl:]]*) fail "that is not the address of an account: $(printf %q "$line")" ;; esac
  done
}

# Prints the whole path of DIR, or fails if no server runs there.
running() {
  local dir
  dir=$(cd "$1" 2>/dev/null && pwd -P) && server_pid "$dir" >/dev/null || fail "no server runs in $1: $here/start"
  echo "$dir"
}
