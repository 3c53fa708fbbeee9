package org.espalier.service.access;

import java.io.Serial;
import java.util.Set;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Whoever may do something: the holder of a key, or this machine while there are no keys. Shared by requests. */
@SuppressWarnings("serial") // there are no sessions to store it in
final class KeyHolder extends AbstractAuthenticationToken {

  @Serial private static final long serialVersionUID = 1;

  private final String name;
  private final Set<Scope> scopes;
  private final @Nullable Rate rate;

  /**
   * @param name for the audit log
   * @param scopes with those that they include
   * @param rate null for no limit
   */
  KeyHolder(String name, Set<Scope> scopes, @Nullable Rate rate) {
    super(scopes.stream().map(scope -> new SimpleGrantedAuthority(scope.text())).toList());
    this.name = name;
    this.scopes = scopes;
    this.rate = rate;
    super.setAuthenticated(true);
  }

  boolean may(Scope scope) {
    return scopes.contains(scope);
  }

  @Nullable Rate rate() {
    return rate;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public Object getPrincipal() {
    return name;
  }

  @Override
  public Object getCredentials() {
    return "";
  }
}
