# Installs Debian packages for the install scripts. Source this file.
set -euo pipefail

# Installs the missing ones of PACKAGES by apt. Needs root or sudo. This project's own scripts run the servers, so the
# services of the new packages are neither started nor left enabled. Packages that were installed before stay as they are.
apt_install() {
  local packages=("$@") missing=() root=() package erlang policy=/usr/sbin/policy-rc.d
  if ! command -v apt-get >/dev/null; then
    echo "There is no apt-get here: install ${packages[*]} by hand." >&2
    return 1
  fi
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Not installed: ${missing[*]}. Run this as root, or install sudo." >&2
      return 1
    fi
    root=(sudo)
  fi

  erlang=new
  ! installed erlang-base || erlang=old
  "${root[@]}" apt-get update
  # While Debian sets up a package, it asks policy-rc.d whether the service may start; 101 forbids it. If the machine has
  # its own policy-rc.d, that one stays and decides.
  if [ ! -e "$policy" ]; then
    trap "${root[*]} rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 755 "$policy"
  fi
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"

  # Keeps the services from starting at the next boot. update-rc.d works with and without systemd. Erlang's port mapper,
  # which comes with ejabberd, lacks an init script.
  for package in "${missing[@]}"; do
    [ ! -e "/etc/init.d/$package" ] || "${root[@]}" update-rc.d "$package" disable
  done
  if [ "$erlang" = new ] && installed erlang-base && command -v systemctl >/dev/null; then
    "${root[@]}" systemctl --quiet disable epmd.service epmd.socket
  fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
