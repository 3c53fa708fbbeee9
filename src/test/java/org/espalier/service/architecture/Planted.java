package org.espalier.service.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A class that breaks one rule, compiled to be found by it.
 *
 * @param rule the rule's name
 * @param user package of the class, below org.espalier
 * @param used the class that it must not use; one below org.espalier is planted, too
 */
record Planted(String rule, String user, String used) {

  /** Compiles the class and imports it. */
  JavaClasses compile(Path folder) throws IOException {
    List<Path> sources = new ArrayList<>();
    sources.add(
        write(folder, "org.espalier." + user, "Plant", "Object planted = " + used + ".class;", ""));
    if (used.startsWith("org.espalier.")) {
      int dot = used.lastIndexOf('.');
      sources.add(write(folder, used.substring(0, dot), used.substring(dot + 1), "", ""));
    }
    return compile(folder, sources);
  }

  /** Compiles a public class with an annotation. */
  static JavaClasses annotated(Path folder, String annotation) throws IOException {
    Path source = write(folder, "org.espalier.service.plant", "Plant", "", "@" + annotation);
    return compile(folder, List.of(source));
  }

  private static Path write(Path folder, String pack, String name, String body, String annotation)
      throws IOException {
    Path source = folder.resolve(pack.replace('.', '/')).resolve(name + ".java");
    Files.createDirectories(source.getParent());
    return Files.writeString(
        source, "package %s; %s public class %s { %s }".formatted(pack, annotation, name, body));
  }

  private static JavaClasses compile(Path folder, List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-proc:none",
            "--add-modules=jdk.incubator.vector",
            "-d",
            folder.toString(),
            "-classpath",
            System.getProperty("java.class.path"));
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    return new ClassFileImporter().importPath(folder);
  }

  @Override
  public String toString() {
    return rule;
  }
}
