package org.espalier.service.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.RestController;

/** The arrows between modules and packages. */
final class ArchitectureRules {

  /** Packages of the service that are no features: they frame the features or put them together. */
  private static final Set<String> NO_FEATURES =
      Set.of("platform", "wire", "decode", "control", "jobs", "cli", "demo", "console");

  private static final String ROOT = "org.espalier.";

  private ArchitectureRules() {}

  /** All rules by name. */
  static Map<String, ArchRule> all() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    rules.put("embeddings uses no other module", uses("embeddings"));
    rules.put("learning uses embeddings only", uses("learning", "embeddings"));
    rules.put("search does not know kgat", uses("search", "learning", "embeddings"));
    rules.put("kgat does not know search", uses("kgat", "learning", "embeddings"));
    rules.put(
        "the service does not know bench",
        uses("service", "search", "kgat", "learning", "embeddings"));

    rules.put("embeddings.kernel uses nothing", uses("embeddings.kernel"));
    rules.put("embeddings.table uses kernels", uses("embeddings.table", "embeddings.kernel"));
    rules.put(
        "embeddings.arena uses tables and kernels",
        uses("embeddings.arena", "embeddings.table", "embeddings.kernel"));
    rules.put("embeddings.store uses tables", uses("embeddings.store", "embeddings.table"));
    rules.put(
        "embeddings.fit uses arenas, tables and kernels",
        uses("embeddings.fit", "embeddings.arena", "embeddings.table", "embeddings.kernel"));
    rules.put(
        "embeddings.exchange uses stores and tables",
        uses("embeddings.exchange", "embeddings.store", "embeddings.table"));
    rules.put("learning.data uses nothing", uses("learning.data"));
    rules.put("learning.kernel uses kernels", uses("learning.kernel", "embeddings.kernel"));
    rules.put(
        "learning.train uses data and kernels",
        uses("learning.train", "learning.data", "learning.kernel", "embeddings.kernel"));
    rules.put(
        "learning.metric uses data and kernels",
        uses("learning.metric", "learning.data", "learning.kernel", "embeddings.kernel"));
    rules.put(
        "search.model is below sizes and jobs",
        avoids("search.model", "search.size", "search.job"));
    rules.put("search.size is below jobs", avoids("search.size", "search.job"));
    rules.put(
        "kgat.graph is below models",
        avoids("kgat.graph", "kgat.model", "kgat.refresh", "kgat.explain"));
    rules.put("kgat.model is below refresh", avoids("kgat.model", "kgat.refresh", "kgat.explain"));

    rules.put("only the store knows RocksDB", onlyBy("org.rocksdb..", "embeddings.store"));
    rules.put(
        "only kernels know the Vector API",
        onlyBy(
            "jdk.incubator.vector..",
            "embeddings.kernel",
            "learning.kernel",
            "search.kernel",
            "kgat.kernel"));
    rules.put("libraries know no Spring, servlet or Kafka", librariesAreBare());

    rules.put("features do not know each other", featuresAreFree());
    rules.put("the frame knows no feature", frameKnowsNoFeature());
    rules.put("the control plane knows no feature", controlKnowsNoFeature());
    rules.put("wire knows no platform", avoids("service.wire", "service.platform"));
    rules.put(
        "decoders know the frame only",
        uses("service.decode", "service.wire", "service.platform", "embeddings.store"));
    rules.put("controllers are their package's own", controllersAreHidden());
    rules.put("nobody asks for what UnusedParts leaves out", leftOutIsUnused());
    return rules;
  }

  /** Of all of ours, a package uses itself and the packages that are named. */
  private static ArchRule uses(String name, String... others) {
    String[] allowed =
        Stream.concat(Stream.of(name), Arrays.stream(others))
            .map(ArchitectureRules::in)
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(in(name))
        .should()
        .dependOnClassesThat(ours().and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }

  private static ArchRule avoids(String name, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(in(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(Arrays.stream(others).map(ArchitectureRules::in).toArray(String[]::new))
        .allowEmptyShould(true);
  }

  private static ArchRule onlyBy(String foreign, String... owners) {
    String[] allowed = Arrays.stream(owners).map(ArchitectureRules::in).toArray(String[]::new);
    return noClasses()
        .that(ours().and(not(resideInAnyPackage(allowed))).and(not(resideInAPackage(in("bench")))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(foreign);
  }

  private static ArchRule librariesAreBare() {
    return noClasses()
        .that()
        .resideInAnyPackage(in("embeddings"), in("learning"), in("search"), in("kgat"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "jakarta.servlet..", "org.apache.kafka..");
  }

  private static ArchRule featuresAreFree() {
    return slices().assignedFrom(new Features()).should().notDependOnEachOther();
  }

  private static ArchRule frameKnowsNoFeature() {
    return noClasses()
        .that()
        .resideInAnyPackage(in("service.platform"), in("service.wire"))
        .should()
        .dependOnClassesThat(
            resideInAPackage(in("service"))
                .and(not(resideInAnyPackage(in("service.platform"), in("service.wire"))))
                .and(not(resideInAPackage(ROOT + "service"))));
  }

  private static ArchRule controlKnowsNoFeature() {
    String[] allowed = {
      in("service.control"), in("service.jobs"), in("service.platform"), in("service.wire")
    };
    return noClasses()
        .that()
        .resideInAnyPackage(in("service.control"), in("service.jobs"))
        .should()
        .dependOnClassesThat(
            resideInAPackage(in("service"))
                .and(not(resideInAnyPackage(allowed)))
                .and(not(resideInAPackage(ROOT + "service"))));
  }

  private static ArchRule controllersAreHidden() {
    return classes()
        .that(ours())
        .and()
        .areAnnotatedWith(RestController.class)
        .should()
        .notBePublic();
  }

  private static ArchRule leftOutIsUnused() {
    return noClasses()
        .that(ours())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework.transaction.annotation..",
            "org.aspectj..",
            "jakarta.validation..",
            "org.springframework.data.web..");
  }

  private static DescribedPredicate<JavaClass> ours() {
    return resideInAPackage(ROOT + ".");
  }

  private static String in(String name) {
    return ROOT + name + "..";
  }

  /** One slice a feature of the service. */
  private static final class Features implements SliceAssignment {

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String prefix = ROOT + "service.";
      if (!type.getPackageName().startsWith(prefix)) {
        return SliceIdentifier.ignore();
      }
      String feature = type.getPackageName().substring(prefix.length()).split("\\.", -1)[0];
      return NO_FEATURES.contains(feature) ? SliceIdentifier.ignore() : SliceIdentifier.of(feature);
    }

    @Override
    public String getDescription() {
      return "features of the service";
    }
  }
}
