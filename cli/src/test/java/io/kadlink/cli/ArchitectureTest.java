package io.kadlink.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The house: one module is one floor, imports only go down, and no floor runs in a circle. */
class ArchitectureTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.kadlink");

  @Test
  void everyFloorIsLookedAt() {
    Set<String> floors = new TreeSet<>();
    for (JavaClass type : HOUSE) {
      floors.add(type.getPackageName().split("\\.")[2]);
    }
    assertThat(floors)
        .containsExactly("cli", "discovery", "identity", "protocols", "rlpx", "server", "testnet");
  }

  @Test
  void importsOnlyGoDown() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("identity")
        .definedBy("io.kadlink.identity..")
        .layer("discovery")
        .definedBy("io.kadlink.discovery..")
        .layer("rlpx")
        .definedBy("io.kadlink.rlpx..")
        .layer("server")
        .definedBy("io.kadlink.server..")
        .layer("protocols")
        .definedBy("io.kadlink.protocols..")
        .layer("cli")
        .definedBy("io.kadlink.cli..")
        .layer("testnet")
        .definedBy("io.kadlink.testnet..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("testnet")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("protocols")
        .mayOnlyBeAccessedByLayers("cli", "testnet")
        .whereLayer("server")
        .mayOnlyBeAccessedByLayers("protocols", "cli", "testnet")
        .whereLayer("rlpx")
        .mayOnlyBeAccessedByLayers("server", "protocols", "cli", "testnet")
        .whereLayer("discovery")
        .mayOnlyBeAccessedByLayers("server", "protocols", "cli", "testnet")
        .check(HOUSE);
  }

  @Test
  void protocolsNeverSeeNetty() {
    noClasses()
        .that(resideInAPackage("io.kadlink.protocols.."))
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty.."))
        .check(HOUSE);
  }

  @Test
  void protocolsSeeOnlyTheWireValuesOfRlpx() {
    noClasses()
        .that(resideInAPackage("io.kadlink.protocols.."))
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.kadlink.rlpx..")
                .and(not(resideInAnyPackage("io.kadlink.rlpx.wire"))))
        .check(HOUSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "discovery", "rlpx", "server", "protocols", "cli", "testnet"})
  void noPackageCycleInside(String module) {
    slices()
        .matching("io.kadlink." + module + ".(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(HOUSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "discovery", "rlpx", "server", "protocols", "cli", "testnet"})
  void everyPackageOfAModuleIsNullMarkedAndExplained(String module) {
    for (JavaClass type : HOUSE) {
      if (type.getPackageName().startsWith("io.kadlink." + module)) {
        assertThat(type.getPackage().tryGetPackageInfo())
            .as("package-info of %s", type.getPackageName())
            .isPresent();
      }
    }
  }
}
