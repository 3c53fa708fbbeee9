package org.espalier.embeddings.store;

import java.util.List;

/** Gives tokens of a field their ids, in the order of the list. */
final class InternTokens implements Mutation<int[]> {

  private final Field field;
  private final List<byte[]> tokens;

  InternTokens(Field field, List<String> tokens) {
    tokens.forEach(token -> Tokens.require("token", token));
    this.field = field;
    this.tokens = tokens.stream().map(Tokens::encode).toList();
  }

  @Override
  public int rows() {
    return Math.max(1, tokens.size());
  }

  @Override
  public int[] apply(Staging staging) {
    return tokens.stream().mapToInt(token -> staging.intern(field, token)).toArray();
  }
}
