# shellcheck shell=bash disable=SC2154  # scripts/setup sets root and cache
# Odoo 19: the one that ODOO_HOME names, or Debian's package odoo-19, unpacked.
#
# The package lives in Debian's suite "sid". It is fetched with an apt configuration of
# its own, so that the machine's own package lists and sources stay as they are.

# Odoo's version by its sources in folder $1, such as 19.0, or nothing.
odoo_version() {
    sed -nE 's/^version_info *= *\(([0-9]+), *([0-9]+).*/\1.\2/p' \
        "$1/odoo/release.py" 2>/dev/null
}

# The folder that holds the package `odoo`, for a checkout, a prefix or site-packages.
odoo_folder() {
    local folder
    for folder in "$1" "$1"/usr/lib/python3/dist-packages "$1"/lib/python3*/site-packages \
        "$1"/lib/python3/dist-packages; do
        if [ -f "$folder/odoo/release.py" ]; then
            (cd "$folder" && pwd)
            return
        fi
    done
    return 1
}

# Prints the folder that holds Odoo 19's package, after making sure that it is there.
ensure_odoo() {
    local folder
    if [ -n "${ODOO_HOME:-}" ]; then
        folder=$(odoo_folder "$ODOO_HOME") || fail "ODOO_HOME=$ODOO_HOME holds no Odoo"
        [[ "$(odoo_version "$folder")" == 19.* ]] || fail \
            "ODOO_HOME=$ODOO_HOME holds Odoo $(odoo_version "$folder"); Odoo 19 is needed"
        echo "$folder"
        return
    fi
    if ! [ -d "$cache/odoo-19" ]; then
        download_odoo "$cache/odoo-19"
    fi
    odoo_folder "$cache/odoo-19" || fail \
        "$cache/odoo-19 holds no Odoo: remove that folder and call this again"
}

# The Debian mirror that this machine itself uses.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's own placeholders
    apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
        awk '$2 == "Debian" && $1 !~ /security/ { print $1; exit }'
}

download_odoo() {
    local target=$1 work mirror suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    command -v apt-get >/dev/null && [ -f "$keyring" ] || fail \
        "Odoo 19 comes from Debian here, and this is no Debian machine:" \
        "set ODOO_HOME to the folder of an Odoo 19 and call this again"
    mirror=$(debian_mirror)
    if [ -z "$mirror" ]; then
        say "reading the machine's package lists"
        if [ "$(id -u)" = 0 ]; then
            logged apt-get -qq update
        else
            logged sudo apt-get -qq update
        fi
        mirror=$(debian_mirror)
    fi
    [ -n "$mirror" ] || fail "apt knows no Debian mirror: set ODOO_HOME to an Odoo 19"
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

    say "downloading Odoo 19 (Debian's package odoo-19, 123 MB) to $target"
    work=$(mktemp -d "$cache/odoo-download.XXXXXX")
    mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$work"/deb "$work"/prefix
    for name in sid "$suite"; do
        echo "deb [signed-by=$keyring] $mirror $name main"
    done >"$work/sources.list"
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list"
        -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
        -o APT::Sandbox::User=root -o Acquire::Languages=none)
    logged "${apt[@]}" update || fail "Debian's package lists could not be read (see above)"
    (cd "$work/deb" && logged "${apt[@]}" download odoo-19/sid fonts-montserrat/sid \
        fonts-roboto-unhinted/sid fonts-ocr-b/sid libjs-jquery/sid libjs-jquery-form/sid \
        libjs-underscore/sid "fonts-font-awesome/$suite") || fail \
        "Debian's sid does not serve the package odoo-19 any more (see above):" \
        "set ODOO_HOME to the folder of an Odoo 19 and call this again"
    local deb
    for deb in "$work"/deb/*.deb; do
        dpkg -x "$deb" "$work/prefix"
    done
    local folder
    folder=$(odoo_folder "$work/prefix") || fail "the package odoo-19 holds no Odoo"
    [[ "$(odoo_version "$folder")" == 19.* ]] || fail \
        "Debian's package odoo-19 holds Odoo $(odoo_version "$folder"), not 19:" \
        "set ODOO_HOME to the folder of an Odoo 19 and call this again"

    # Debian leaves this file out for its licence. It blurs the background of video calls;
    # the web client logs an error where it is missing.
    local blur=$folder/odoo/addons/mail/static/lib/selfie_segmentation
    mkdir -p "$blur"
    [ -s "$blur/selfie_segmentation.js" ] ||
        echo '// Left out: background blur in video calls.' >"$blur/selfie_segmentation.js"

    mv "$work/prefix" "$target"
    rm -rf "$work"
}
