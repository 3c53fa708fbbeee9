package org.espalier.service.upkeep;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;

/** Work on files whose failures are told in one line. */
interface FileTask<R> {

  R run() throws IOException;

  /**
   * Runs it.
   *
   * @param what as in "cannot …"
   * @throws StoreException NO_PERMISSION, IO
   */
  static <R> R of(String what, FileTask<R> task) {
    try {
      return task.run();
    } catch (AccessDeniedException e) {
      throw new StoreException(
          Kind.NO_PERMISSION,
          "cannot %s: permission denied on %s; run as the folder's owner"
              .formatted(what, e.getFile()),
          e);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot %s: %s".formatted(what, e), e);
    }
  }
}
