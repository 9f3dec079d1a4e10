# Debian packages for the install scripts. To be sourced.
set -euo pipefail

# Installs those of PACKAGES that are missing, by apt; needs root or sudo. What is installed is run by this project's own
# scripts, so the services that come along are neither started nor left enabled; those of packages that were there
# before are not touched.
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
  # While a package is set up, Debian asks policy-rc.d whether its service may start; 101 is no. A machine that has one
  # keeps its own, and what it says goes.
  if [ ! -e "$policy" ]; then
    trap "${root[*]} rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
    "${root[@]}" chmod 755 "$policy"
  fi
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${missing[@]}"

  # Nor at the next boot: with systemd and without it, update-rc.d knows what to do. Erlang's port mapper has no init
  # script; it comes with ejabberd.
  for package in "${missing[@]}"; do
    [ ! -e "/etc/init.d/$package" ] || "${root[@]}" update-rc.d "$package" disable
  done
  if [ "$erlang" = new ] && installed erlang-base && command -v systemctl >/dev/null; then
    "${root[@]}" systemctl --quiet disable epmd.service epmd.socket
  fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
