#!/bin/sh
# Packs a Lake project with its libraries compiled, and lean4checker, for the image beside this file.
#
#   prepare.sh PROJECT OUT.tar.gz      in PROJECT: lakefile, lean-toolchain, lake-manifest.json (lake update was run)
#
# Needs elan, and the network that Lake needs. Every revision is the manifest's: nothing is taken from a branch.
set -eu
project=$(realpath "$1")
out=$(realpath -m "$2")
cd "$project"
set -- # what is packed beside the project itself
test -f lake-manifest.json || { echo "there is no lake-manifest.json: run lake update once, and keep it" >&2; exit 2; }
lake exe cache get 2>/dev/null || echo "no cache: the libraries are compiled here, which takes hours for Mathlib" >&2
lake build
if ! lake env which leanchecker >/dev/null 2>&1; then
    lake build lean4checker/lean4checker || {
        echo "this toolchain has no leanchecker: require lean4checker in the lakefile, at this toolchain's tag" >&2
        exit 2
    }
    set -- lean4checker
    cp "$(find .lake/packages -path '*/bin/lean4checker' -type f | head -n 1)" lean4checker
fi
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -czf "$out" \
    lakefile* lean-toolchain lake-manifest.json .lake "$@"
sha256sum "$out"
lake env printenv LEAN_PATH | tr ':' '\n' | sed "s|^$project|/opt/project|" | paste -sd: | sed 's/^/LEAN_PATH in the image: /'
