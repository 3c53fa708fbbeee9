package org.espalier.helm;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Renders the chart as {@code helm template} does, schema and all. */
final class Chart {

  static final Path FOLDER = Path.of("espalier");
  static final String RELEASE = "shop";
  static final String NAMESPACE = "ranking";

  private Chart() {}

  /** The objects that a file of values gives. */
  static List<Manifest> render(Path values) {
    String text =
        new Helm(FOLDER)
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
