package org.espalier.helm;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Renders the chart as {@code helm template} does, schema and all. */
final class Chart {

  static final Path FOLDER = Path.of("espalier");
  static final String RELEASE = "shop";
  static final String NAMESPACE = "ranking";

  /** Rendering leaves hooks out, and the test pod is one; in this copy it is none. */
  private static final Path WITHOUT_HOOKS = copy(Path.of("target", "chart"));

  private Chart() {}

  private static Path copy(Path target) {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copied = target.resolve(FOLDER.relativize(file));
        Files.createDirectories(copied.getParent());
        Files.writeString(
            copied, Files.readString(file).replaceAll("(?m)^ *helm\\.sh/hook.*\\R", ""));
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The objects that a file of values gives. */
  static List<Manifest> render(Path values) {
    String text =
        new Helm(WITHOUT_HOOKS)
            .template()
            .withName(RELEASE)
            .withNamespace(NAMESPACE)
            .withValuesFile(values)
            .call();
    List<Manifest> objects = new ArrayList<>();
    for (Object document : yaml().loadAll(text)) {
      if (document instanceof Map<?, ?> object) {
        objects.add(new Manifest(object));
      }
    }
    return objects;
  }

  /** The same of a text. */
  static List<Manifest> render(Path scratch, String values) throws IOException {
    return render(Files.writeString(scratch.resolve("values.yaml"), values));
  }

  /** A parser that refuses keys that stand twice. */
  static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return new Yaml(new SafeConstructor(options));
  }
}
