package org.espalier.service.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Takes one request off what a key may still do; made by {@link AccessConfiguration}, so that it runs in one place only. */
final class RateLimitFilter extends OncePerRequestFilter {

  private final AccessProblems problems;

  RateLimitFilter(AccessProblems problems) {
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (SecurityContextHolder.getContext().getAuthentication() instanceof KeyHolder holder) {
      Rate rate = holder.rate();
      if (rate != null && !rate.take()) {
        problems.tooMany(
            rate,
            "this key may make %d requests a second".formatted(rate.tokens()),
            request,
            response);
        return;
      }
    }
    chain.doFilter(request, response);
  }
}
