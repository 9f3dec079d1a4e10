# Runs one server process that belongs to one directory. The start and stop scripts in ejabberd/ and prosody/ source this
# file. DIR/pid is the server's pid, DIR/console its output.
set -euo pipefail

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Says it when NAME is about to run as root: a fault in the server would then have this machine.
tell_root() {
  [ "$(id -u)" != 0 ] || echo "You are root, so $1 runs as root. Outside a trial, start it as another user." >&2
}

# Prints BYTES of randomness as hexadecimal digits.
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# Writes TEXT into FILE, which only the caller can read. The file is never half written.
write_secret() {
  (umask 077 && printf '%s\n' "$2" >"$1.new")
  mv "$1.new" "$1"
}

# Waits until no other script holds DIR, and holds it until this script ends: of two that create the same secret at once, the
# second one finds that of the first.
hold() {
  local lock
  exec {lock}<"$1"
  flock "$lock"
}

# Prints the pid of DIR's server, or fails if it does not run. A pid file outlives its process, and the system may reuse the
# number, so the process must also have been started for this DIR. (The environment of a zombie is empty.)
server_pid() {
  local dir=$1 pid
  pid=$(cat "$dir/pid" 2>/dev/null) && grep -qzxF -- "SERVER_DIR=$dir" "/proc/$pid/environ" 2>/dev/null && echo "$pid"
}

# Runs COMMAND as the server of DIR. It gets a session of its own, so that a ^C or a kill meant for the caller does not
# reach it. If OWNER is not empty, STOP ends the server as soon as the process OWNER is gone. STOP is started at once: a
# kill of the caller's process group ends this script too, and the server would stay.
launch() {
  local dir=$1 owner=$2 stop=$3 pid
  shift 3
  SERVER_DIR=$dir setsid "$@" </dev/null >"$dir/console" 2>&1 &
  pid=$!
  echo "$pid" >"$dir/pid"
  trap "kill -KILL $pid 2>/dev/null" EXIT # until it is known to be up
  while kill -0 "$pid" 2>/dev/null && ! server_pid "$dir" >/dev/null; do :; done # until COMMAND has replaced the subshell
  if [ -n "$owner" ]; then
    setsid "$stop" --after "$owner" "$dir" </dev/null >/dev/null 2>&1 &
  fi
}

# Waits until DIR's server answers a GET of PATH on 127.0.0.1:PORT, then prints its pid.
await_http() {
  local dir=$1 port=$2 path=$3 pid status deadline=$((SECONDS + 60))
  pid=$(cat "$dir/pid")
  while ! listens "$pid" "$port" || ! status=$(http_status "$port" "$path") || [ "$status" != 200 ]; do
    # This shell is the parent, so the system cannot have reused the number yet.
    kill -0 "$pid" 2>/dev/null || did_not_start "$dir" "it ended"
    ((SECONDS < deadline)) || did_not_start "$dir" "no BOSH at http://127.0.0.1:$port$path after 60 s"
    sleep 0.1
  done
  trap - EXIT
  echo "$pid"
}

did_not_start() {
  fail "$(basename "$(dirname "$0")") did not start: $2. $(reason "$1")"
}

# Prints why the server did not start. A start script whose server reports the reason elsewhere overrides this function.
reason() {
  printf 'The end of %s:\n' "$1/console"
  tail -n 25 "$1/console"
}

# Succeeds if PID listens on PORT. An answer alone does not prove it: another server may have taken the port first, and
# Prosody then goes on without its port.
listens() {
  local pid=$1 port=$2 inode
  inode=$(inode_at "$port")
  [ -n "$inode" ] || return 1
  [ -z "$(find "/proc/$pid/fd" -lname "socket:?$inode?" 2>/dev/null)" ] || return 0
  # The other server may have ended in the meantime.
  [ "$(inode_at "$port")" = "$inode" ] || return 1
  fail "port $port belongs to another process (address already in use)"
}

# Prints the inode of the socket that listens on PORT.
inode_at() {
  awk -v port="$(printf ':%04X' "$1")" '$2 ~ port "$" && $4 == "0A" { print $10; exit }' /proc/net/tcp
}

# Prints the status of a GET, without curl: bash can open a connection itself.
http_status() {
  local status
  {
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    read -r -t 2 _ status _ <&3
  } 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" && echo "$status"
}

# Ends DIR's server, even one halted by SIGSTOP. If it has not ended 10 s after SIGTERM, it is killed.
stop_server() {
  local dir=$1 pid
  pid=$(server_pid "$dir") || return 0
  kill -TERM "$pid"
  kill -CONT "$pid"
  ended "$dir" 10 || { kill -KILL "$pid" && ended "$dir" 5; } || fail "process $pid of $dir does not end"
}

ended() {
  local dir=$1 deadline=$((SECONDS + $2))
  while server_pid "$dir" >/dev/null; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Implements both stop scripts: [--after PID] DIR
stop_main() {
  local owner='' dir
  if [ "${1-}" = --after ]; then
    owner=$2
    shift 2
  fi
  [ $# = 1 ] || fail "usage: $0 [--after PID] DIR"
  dir=$(cd "$1" 2>/dev/null && pwd -P) || exit 0
  # While a server starts, one program replaces another, and for a moment the process lacks the environment that identifies
  # it. So the server counts as gone only if it is missing twice. Then there is nothing left to stop.
  while [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; do
    server_pid "$dir" >/dev/null || { sleep 1 && server_pid "$dir" >/dev/null; } || exit 0
    sleep 1
  done
  stop_server "$dir"
}
