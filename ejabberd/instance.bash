# Describes one ejabberd that belongs to one directory. The scripts that work with it source this file.
#
#   DIR/ejabberd.yml    the configuration it was started with
#   DIR/log, DIR/spool  its log and its database with the accounts
#   DIR/dist_port       the port of its Erlang distribution, on loopback
#   DIR/address         the address of its Erlang distribution, once it is a node of a cluster
#   DIR/service-account-NAME, DIR/room-owner  see service-account.bash and rooms.bash
#   DIR/.erlang.cookie  the secret of the distribution: a user who can read it can control the server
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/daemon.bash"

default_dir=$here/data

# Prints the address of DIR's node. The database belongs to the node name, so all servers use the same name: a copy of DIR
# is a copy of the server. Without epmd a node is found by its port, not by its name. The nodes of a cluster share the
# port, so their addresses differ.
address_of() { cat "$1/address" 2>/dev/null || echo 127.0.0.1; }

# Prints the node's name. It contains an address, so that a name lookup is not needed.
node_of() { echo "ejabberd@$(address_of "$1")"; }

# Runs SCRIPT with the cookie of DIR's server, so that it may connect to it.
escript_for() {
  local dir=$1
  shift
  # Erlang reads the cookie from HOME.
  env -u XDG_CONFIG_HOME HOME="$dir" ERL_FLAGS="-name script$$@127.0.0.1 -hidden -dist_listen false -start_epmd false \
    -erl_epmd_port $(cat "$dir/dist_port")" "$(dirname "$ERL")/escript" "$@"
}

# Sets ERL and ERL_LIBS to the paths of Erlang and of the server's code. ejabberdctl itself cannot be used here: run by root
# it becomes the user ejabberd, and it refuses to run for other users.
find_erlang() {
  local ejabberdctl
  ejabberdctl=$(PATH=$PATH:/usr/sbin command -v ejabberdctl) || return 1
  . <(grep -E '^(ERL|ERL_LIBS)=' "$ejabberdctl")
  ERL=${ERL:-erl}
  export ERL_LIBS
}

# Carries out COMMAND for the room NAME on DIR's server, as rooms.bash describes it.
rooms() {
  local dir=$1 command=$2
  shift 2
  find_erlang || fail 'ejabberd is not installed'
  printf '%s\n' "$@" | escript_for "$dir" "$here/ctl.escript" "$(node_of "$dir")" "$command"
}

# Prints the value of NAME in define_macro of the configuration FILE, if the value is one word.
macro() {
  awk -v name="$2" '
    /^[^ #]/ { inside = /^define_macro:/ }
    inside && $1 == name ":" { gsub(/"/, "", $2); print $2; exit }
  ' "$1"
}
