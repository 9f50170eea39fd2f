#!/usr/bin/env bash
# Installs what is needed and not there yet: Debian packages (compose/packages.txt), the Kafka
# broker's jars from Maven (compose/versions.env), styles and test tools from npm.
#
# usage: compose/install.sh run|test
#   run    to build and start everything
#   test   the same and what the tests need on top
#
# Debian packages need root or sudo; without both it names those that are missing. Jars go to DEPS
# (default .deps in the checkout). Does nothing, quickly, when all is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
PAGES=$CHECKOUT/services/gateway/pages

wanted() { # GROUP: "package command" lines
    awk -v group="$1" '/^#/ { next } $1 == "run" || $1 == group { print $2, $3 }' "$COMPOSE/packages.txt"
}
missing_packages() { # GROUP
    local installed package command
    installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | awk '$1 == "installed" { print $2 }' | tr '\n' ' ') "
    wanted "$1" | while read -r package command; do
        case $installed in *" $package "*) continue ;; esac
        if [ -n "$command" ] && command -v "$command" >/dev/null; then continue; fi
        echo "$package"
    done
}

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"; }
apt_install() {
    # Debian's Postgres would make and start a cluster of its own, on port 5432: not while we install.
    local quiet=/etc/postgresql-common/createcluster.d/referral-broker.conf rc=0
    as_root mkdir -p "$(dirname "$quiet")"
    echo 'create_main_cluster = false' | as_root tee "$quiet" >/dev/null
    apt install --no-install-recommends "$@" || rc=$?
    as_root rm -f "$quiet"
    return $rc
}

install_packages() { # GROUP
    local missing
    mapfile -t missing < <(missing_packages "$1")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "this is not a Debian: install what compose/packages.txt names"
    is_root || command -v sudo >/dev/null ||
        die "neither root nor sudo: have these installed: apt-get install --no-install-recommends ${missing[*]}"
    is_root || sudo -v || die "sudo was refused: have these installed: apt-get install --no-install-recommends ${missing[*]}"
    NEED_MIB=3072 need_space /usr
    step 'list of Debian packages' apt update || die "apt-get update failed: is there a network?"
    step "${#missing[@]} Debian packages and what they need" apt_install "${missing[@]}" || die "the packages could not be installed: see above"
}

fetch_kafka() {
    rm -rf "$DEPS/kafka.new"
    mvn -q -B -f "$COMPOSE/pom.xml" "-Dkafka.version=$KAFKA_VERSION" "-Dscala.version=$SCALA_VERSION" "-Dslf4j.version=$SLF4J_VERSION" \
        "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" \
        "-DoutputDirectory=$DEPS/kafka.new" -DincludeScope=runtime
    [ -f "$DEPS/kafka.new/kafka_$SCALA_VERSION-$KAFKA_VERSION.jar" ] || return 1
    echo "$1" >"$DEPS/kafka.new/VERSION"
    rm -rf "$DEPS/kafka"
    mv "$DEPS/kafka.new" "$DEPS/kafka"
}
install_kafka() {
    # shellcheck disable=SC1091
    . "$COMPOSE/versions.env"
    local version="$KAFKA_VERSION $SCALA_VERSION $SLF4J_VERSION"
    [ "$(cat "$DEPS/kafka/VERSION" 2>/dev/null)" != "$version" ] || return 0
    mkdir -p "$DEPS"
    need_space "$DEPS"
    step "Kafka $KAFKA_VERSION" fetch_kafka "$version" || die "Kafka could not be fetched from Maven: see above"
}

install_npm() { # GROUP
    [ -f "$PAGES/package-lock.json" ] || return 0
    local omit=--omit=dev want stamp=$PAGES/node_modules/.installed
    [ "$1" = run ] || omit=--include=dev
    want=$(sha256sum <"$PAGES/package-lock.json" | cut -c1-64)
    # What the tests need includes what the run needs.
    ! grep -qsxE "$want (test|$1)" "$stamp" || return 0
    (cd "$PAGES" && step 'styles and page tools from npm' npm ci "$omit" --ignore-scripts --no-audit --no-fund) ||
        die "npm packages could not be fetched: see above"
    mkdir -p "$PAGES/node_modules"
    echo "$want $1" >"$stamp"
}

case ${1:-} in
-h | --help) print_help; exit 0 ;;
run | test) ;;
*) die "usage: compose/install.sh run|test (--help says more)" ;;
esac
mkdir -p "$CHECKOUT/build"
exec 9>"$CHECKOUT/build/install.lock"
flock -w 600 9 || die "another installation is at work in this checkout"
install_packages "$1"
install_kafka
install_npm "$1"
