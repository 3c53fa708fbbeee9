package org.espalier.embeddings.kernel;

/**
 * The module of the Vector API. It comes into the running process rather than from the command line: a JVM that begins with
 * an incubating module keeps no linked classes and no lambdas in an AOT cache, and starts much slower for it
 * (docs/decisions/0034).
 */
final class VectorApi {

  private static final String MODULE = "jdk.incubator.vector";

  private VectorApi() {}

  /**
   * Loads the module as the JVM itself loads those of agents. Must come before any class that knows the Vector API.
   *
   * @return false where {@code java.base/jdk.internal.module} is not exported to this class, or the runtime lacks the module
   */
  static boolean load() {
    if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
      return true;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, MODULE);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
