# Describes one Prosody that belongs to one directory. The scripts that work with it source this file.
#
#   DIR/instance.cfg.lua  the file Prosody is started with: the configuration, and the settings of this directory
#   DIR/settings          the variables that the configuration reads from its environment
#   DIR/data              the accounts
#   DIR/console           the log
#   DIR/service-account-NAME, DIR/room-owner  see ejabberd/service-account.bash and rooms.bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../ejabberd/daemon.bash"

default_dir=$here/data

# Exports the settings of DIR's server.
export_settings() {
  local setting
  unset CERTIFICATES FEDERATION
  export DOMAIN=localhost BOSH_PORT=5280 S2S_PORT=5269
  while IFS= read -r setting; do export "${setting?}"; done <"$1/settings"
}

# Prints TEXT as a Lua string.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Carries out COMMAND for the room NAME on DIR's server, as ejabberd/rooms.bash describes it.
rooms() {
  local dir=$1 command=$2 name=$3 code said line lines='' ctl=(prosodyctl --config "$1/instance.cfg.lua")
  shift 3
  [ "$(id -u)" != 0 ] || ctl+=(--root)
  export_settings "$dir"
  for line in "$@"; do lines+="$(quoted "$line"), "; done
  # The > gives the command the server's own variables.
  code=">return assert(loadfile($(quoted "$here/rooms.lua")))(print, $(quoted "$DOMAIN"), $(quoted "$command"), $(quoted "$name"), { $lines})"
  said=$("${ctl[@]}" shell "$code" 2>&1) || fail "Not done: ${said#Error: }."
  [ "${said##*$'\n'}" = 'OK: done' ] || fail "Not done: Prosody did not answer. Were there too many addresses at once?"
  while IFS= read -r line; do
    case $line in
      'put '*) printf '%s\n' "${line#* }" ;;
      'say '*) printf '%s\n' "${line#* }" >&2 ;;
    esac
  done <<<"$said"
}
