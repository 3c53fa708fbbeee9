package org.espalier.service.access;

import java.io.Serial;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A key that a request brought, before anybody looked at it. */
final class PresentedKey extends AbstractAuthenticationToken {

  @Serial private static final long serialVersionUID = 1;

  private final String text;

  PresentedKey(String text) {
    super(List.of());
    this.text = text;
  }

  @Override
  public String getCredentials() {
    return text;
  }

  @Override
  public String getPrincipal() {
    return "presented key";
  }
}
