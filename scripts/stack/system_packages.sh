# shellcheck shell=bash
# Debian packages: found by the commands they bring, installed where one is missing.

# The folder with initdb and pg_ctl of the newest PostgreSQL that Odoo 19 accepts.
postgresql_programs() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        [ -x "$folder/initdb" ] || continue
        [ "$(basename "$(dirname "$folder")")" -ge 13 ] || continue
        echo "$folder"
        return
    done
    return 1
}

# A Python that Odoo 19 and the pinned packages support, able to make environments.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3.13 python3.12 python3.11 python3.10 python3; do
        candidate=$(command -v "$candidate") || continue
        if "$candidate" -c 'import ensurepip, sys, venv
sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

# Installs the named packages as root.
install_packages() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            fail "these Debian packages are missing: $*" \
                "install them as root (apt-get install $*) and call this again"
        fi
        as_root=(sudo)
    fi
    # Debian's PostgreSQL makes and starts a cluster named "main" when it is installed.
    # Ours are our own, and the machine's first one is not ours to make.
    local no_main=/etc/postgresql-common/createcluster.d/oms-no-main.conf
    if [[ " $* " == *" postgresql "* ]]; then
        "${as_root[@]}" mkdir -p "$(dirname "$no_main")"
        echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_main" >/dev/null
    fi
    local status=0
    logged "${as_root[@]}" apt-get -qq update &&
        logged "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends "$@" || status=$?
    if [[ " $* " == *" postgresql "* ]]; then
        "${as_root[@]}" rm -f "$no_main"
    fi
    [ "$status" = 0 ] || fail "apt-get could not install: $*"
}

ensure_system_packages() {
    local missing=()
    find_python >/dev/null || missing+=(python3 python3-venv)
    postgresql_programs >/dev/null || missing+=(postgresql)
    command -v wkhtmltopdf >/dev/null || missing+=(wkhtmltopdf)
    find_chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
    [ ${#missing[@]} -gt 0 ] || return 0

    command -v apt-get >/dev/null || fail \
        "this is no Debian machine, so install by hand: ${missing[*]}"
    say "installing Debian packages: ${missing[*]}"
    say "  python3 runs Odoo, postgresql keeps its data (in clusters of our own),"
    say "  wkhtmltopdf prints its reports, chromium runs the browser tests"
    install_packages "${missing[@]}"
    find_python >/dev/null || fail \
        "no Python 3.10 to 3.13 with venv on this machine: install one and put it on PATH"
    postgresql_programs >/dev/null || fail "no PostgreSQL 13 or newer in /usr/lib/postgresql"
}
