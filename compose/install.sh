#!/usr/bin/env bash
# Installs what is needed and not there yet: Debian packages (compose/packages.txt), the Kafka
# broker's jars from Maven (compose/versions.env), styles and test tools from npm, and for the tests
# other people's readers and checkers of our contract (tests/flow/contract) from npm, Maven and PyPI.
#
# usage: compose/install.sh run|test|analyze
#   run    to build and start everything
#   test   the same and what the tests need on top
#   analyze   only what reads the sources and finds fault
#
# Debian packages need root or sudo; without both it names those that are missing. Jars go to DEPS
# (default .deps in the checkout). Does nothing, quickly, when all is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
PAGES=$CHECKOUT/services/gateway/pages
CONTRACT=$CHECKOUT/tests/flow/contract
# shellcheck disable=SC1091
. "$COMPOSE/versions.env"

wanted() { # GROUP: "package command" lines
    awk -v group="$1" '/^#/ { next } $1 == "build" || $1 == "run" || $1 == group { print $2, $3 }' "$COMPOSE/packages.txt"
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

# jars NAME POM PROPERTY...: what the pom names, into DEPS/NAME, all or nothing.
fetch_jars() {
    local name=$1 pom=$2
    shift 2
    rm -rf "$DEPS/$name.new"
    mvn -q -B -f "$pom" "${@/#/-D}" \
        "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN_VERSION:copy-dependencies" \
        "-DoutputDirectory=$DEPS/$name.new" -DincludeScope=runtime
    ls "$DEPS/$name.new"/*.jar >/dev/null || return 1
    echo "${@#*=}" >"$DEPS/$name.new/VERSION"
    rm -rf "${DEPS:?}/$name"
    mv "$DEPS/$name.new" "$DEPS/$name"
}
install_jars() { # 'what it is' NAME POM PROPERTY...
    local what=$1 name=$2 versions=("${@:4}")
    [ "$(cat "$DEPS/$name/VERSION" 2>/dev/null)" != "${versions[*]#*=}" ] || return 0
    mkdir -p "$DEPS"
    need_space "$DEPS"
    step "$what" fetch_jars "${@:2}" || die "$what could not be fetched from Maven: see above"
}
install_kafka() {
    install_jars "Kafka $KAFKA_VERSION" kafka "$COMPOSE/pom.xml" \
        "kafka.version=$KAFKA_VERSION" "scala.version=$SCALA_VERSION" "slf4j.version=$SLF4J_VERSION"
}

install_npm() { # FOLDER run|test
    local folder=$1 omit=--omit=dev want stamp=$1/node_modules/.installed
    [ "$2" = run ] || omit=--include=dev
    want=$(sha256sum <"$folder/package-lock.json" | cut -c1-64)
    # What the tests need includes what the run needs.
    ! grep -qsxE "$want (test|$2)" "$stamp" || return 0
    (cd "$folder" && step "npm packages of ${folder#"$CHECKOUT/"}" npm ci "$omit" --ignore-scripts --no-audit --no-fund) ||
        die "npm packages could not be fetched: see above"
    mkdir -p "$folder/node_modules"
    echo "$want $2" >"$stamp"
}

make_venv() {
    rm -rf "$DEPS/python"
    python3 -m venv "$DEPS/python" &&
        "$DEPS/python/bin/python" -m pip install -q --no-deps --require-hashes --only-binary :all: -r "$CONTRACT/requirements.txt"
}
install_python() {
    local want
    want=$(sha256sum <"$CONTRACT/requirements.txt" | cut -c1-64)
    [ "$(cat "$DEPS/python/VERSION" 2>/dev/null)" != "$want" ] || return 0
    mkdir -p "$DEPS"
    need_space "$DEPS"
    step 'Python packages of tests/flow/contract' make_venv || die "Python packages could not be fetched: see above"
    echo "$want" >"$DEPS/python/VERSION"
}
install_contract() {
    install_npm "$CONTRACT" test
    install_jars 'Java reader of Avro' readers "$CONTRACT/pom.xml" "avro.version=$AVRO_VERSION" "ecj.version=$ECJ_VERSION"
    install_python
}

case ${1:-} in
-h | --help) print_help; exit 0 ;;
run | test | analyze) ;;
*) die "usage: compose/install.sh run|test|analyze (--help says more)" ;;
esac
mkdir -p "$CHECKOUT/build"
exec 9>"$CHECKOUT/build/install.lock"
flock -w 600 9 || die "another installation is at work in this checkout"
install_packages "$1"
[ "$1" != analyze ] || exit 0
install_kafka
install_npm "$PAGES" "$1"
[ "$1" = run ] || install_contract
