# Outside judges for the tests, and the tools that make the fixtures. To be sourced.
#
# judges_python   prints the interpreter of an environment with pinned judges, made on first use in a cache folder
# judges_tools    installs the command-line judges that are missing (Debian)

judges_cache="${XDG_CACHE_HOME:-$HOME/.cache}/sigillum"
judges_pins=(pyHanko==0.38.0)

# Installs Debian packages as whoever we are; fails where that is not possible.
debian_install() {
  command -v apt-get >/dev/null || return 1
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || return 1
    as=(sudo -n)
  fi
  "${as[@]}" apt-get update -q || return 1
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

judges_tools() {
  local missing=()
  command -v cc >/dev/null || missing+=(build-essential)
  command -v qpdf >/dev/null || missing+=(qpdf)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v curl >/dev/null || missing+=(curl)
  command -v pdfsig >/dev/null || missing+=(poppler-utils)
  command -v xmllint >/dev/null || missing+=(libxml2-utils)
  command -v xmlsec1 >/dev/null || missing+=(xmlsec1)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ ${#missing[@]} = 0 ] || debian_install "${missing[@]}"
}

judges_python() {
  local pins venv
  pins=$(printf '%s\n' "${judges_pins[@]}")
  venv="$judges_cache/judges"
  if [ "$(cat "$venv/pins" 2>/dev/null)" != "$pins" ]; then
    rm -rf "$venv"
    mkdir -p "$judges_cache"
    python3 -m venv "$venv" >&2 || return 1
    "$venv/bin/python" -m pip install -q --disable-pip-version-check "${judges_pins[@]}" >&2 || return 1
    printf '%s\n' "$pins" >"$venv/pins"
  fi
  printf '%s\n' "$venv/bin/python"
}
