# shellcheck shell=bash disable=SC2154  # scripts/setup sets root and cache
# The Python environment: one for each set of pinned packages, Python and Odoo.

# Prints the environment's folder for Python $1 and Odoo's folder $2, made if missing.
ensure_environment() {
    local python=$1 odoo=$2 key folder
    key=$({ cat "$root/requirements.txt" "${BASH_SOURCE[0]}" && "$python" -VV && echo "$python $odoo"; } |
        sha256sum | cut -c1-12)
    folder=$cache/env-$key
    if ! [ -f "$folder/complete" ]; then
        make_environment "$python" "$odoo" "$folder"
    fi
    echo "$folder"
}

make_environment() {
    local python=$1 odoo=$2 folder=$3 pip
    say "making the Python environment $folder"
    rm -rf "$folder"
    logged "$python" -m venv "$folder"
    pip=("$folder/bin/python" -m pip --disable-pip-version-check install)
    logged "${pip[@]}" -r <(grep -v '^odoo-addon-' "$root/requirements.txt") ||
        fail "the Python packages could not be installed (see above)"
    # Without their dependencies, which are pinned above: else pip reads Odoo's own list
    # and compiles psycopg2, although psycopg2-binary is there.
    logged "${pip[@]}" --no-deps -r <(grep '^odoo-addon-' "$root/requirements.txt") ||
        fail "the Odoo add-ons could not be installed (see above)"
    echo "$odoo" >"$("$folder/bin/python" -c \
        'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo19.pth"
    "$folder/bin/python" -c 'import odoo.release, psycopg2' ||
        fail "Odoo cannot be imported in $folder (see above)"
    # Odoo starts its gevent process by this file's name.
    printf '#!%s\nfrom odoo.cli.command import main\nmain()\n' "$folder/bin/python" \
        >"$folder/bin/odoo"
    chmod +x "$folder/bin/odoo"
    touch "$folder/complete"
}
