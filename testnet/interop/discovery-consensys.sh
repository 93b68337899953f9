#!/usr/bin/env bash
# Discovery v5 of Kadlink and io.consensys.protocols:discovery, each asking the other. Needs Maven with a
# repository, a JDK 21 or newer, curl.
. "$(dirname "${BASH_SOURCE[0]}")/discovery.sh"
. "$root/cli/bin/java-home.sh"
need mvn "to download io.consensys.protocols:discovery"
java=$(find_java)
version=26.4.0

cat >"$scratch/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>interop</groupId>
  <artifactId>interop</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.consensys.protocols</groupId>
      <artifactId>discovery</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
mvn -B -f "$scratch/pom.xml" dependency:build-classpath -Dmdep.outputFile="$scratch/classpath" \
  >"$scratch/mvn.log" 2>&1 || fail "mvn dependency:build-classpath; see $scratch/mvn.log"
held "downloaded io.consensys.protocols:discovery $version"

meet_v5 consensys "$java" -cp "$(cat "$scratch/classpath")" "$here/ConsensysPeer.java"
