# Sourced by cli/bin/kadlink and testnet/run.sh: finds a JDK and builds when needed.

# Prints the path of the newest java >= 21 found in JAVA_HOME, PATH and the usual JVM folders.
find_java() {
  local best="" best_version=20 candidate version
  for candidate in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" \
    /usr/lib/jvm/*/bin/java /opt/java/*/bin/java "$HOME"/.sdkman/candidates/java/*/bin/java \
    "$HOME"/.jdks/*/bin/java /Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java; do
    [ -x "$candidate" ] || continue
    version=$(java_version "$candidate") || continue
    if [ "$version" -gt "$best_version" ]; then
      best=$candidate best_version=$version
    fi
  done
  if [ -z "$best" ]; then
    echo "Kadlink needs a JDK 21 or newer; none in JAVA_HOME, PATH or the usual JVM folders." \
      "Install one (for example Temurin 21) or point JAVA_HOME at it." >&2
    return 1
  fi
  printf '%s\n' "$best"
}

# Prints the feature version (21, 25, ...) of a java without starting it, where its release file tells.
java_version() {
  local release version
  release=$(dirname "$(readlink -f "$1")")/../release
  if [ -r "$release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
  else
    version=$("$1" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
  fi
  [ -n "$version" ] && printf '%s\n' "$version"
}

# Whether the jar is missing or older than any source or build file.
needs_build() {
  local root=$1 jar=$2
  [ -f "$jar" ] || return 0
  [ -n "$(find "$root/pom.xml" "$root"/{identity,discovery,rlpx,server,protocols,cli,testnet}/pom.xml \
    "$root"/{identity,discovery,rlpx,server,protocols,cli,testnet}/src/main \
    -newer "$jar" -type f -print -quit 2>/dev/null)" ]
}

# Builds the given modules and what they need, without tests; the log is shown only when it fails.
build() {
  local root=$1 modules=$2 log
  command -v mvn >/dev/null || {
    echo "Kadlink is not built yet and Maven (mvn 3.8 or newer) is not on the PATH." >&2
    return 1
  }
  log=$(mktemp)
  echo "building Kadlink ($modules) ..." >&2
  if ! (cd "$root" && mvn -q -B -Pquick -pl "$modules" -am package) >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "the build failed; its output is above" >&2
    return 1
  fi
  rm -f "$log"
  local module
  for module in ${modules//,/ }; do
    touch "$root/$module"/target/kadlink*.jar
  done
}
