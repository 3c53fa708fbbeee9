package org.espalier.service.platform;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The head of {@code /v3/api-docs}. */
@Configuration(proxyBeanMethods = false)
class OpenApiSettings {

  @Bean
  OpenAPI openApi(@Value("${espalier.version}") String version) {
    return new OpenAPI()
        .components(
            new Components()
                .addSecuritySchemes(
                    "bearer", new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"))
                .addSecuritySchemes(
                    "header",
                    new SecurityScheme()
                        .type(SecurityScheme.Type.APIKEY)
                        .in(SecurityScheme.In.HEADER)
                        .name("X-API-Key")))
        .addSecurityItem(new SecurityRequirement().addList("bearer"))
        .addSecurityItem(new SecurityRequirement().addList("header"))
        .info(
            new Info()
                .title("Espalier")
                .version(version)
                .description(
                    """
                    Interaction events and catalogue knowledge in, rankings out.

                    Ids are opaque UTF-8 of 1 to 512 bytes without control characters, percent-encoded in
                    paths ("/" is %2F). Times are RFC 3339 or whole milliseconds since 1970 coming in, and
                    RFC 3339 going out. A field that is not listed here is refused. Errors are
                    application/problem+json with a code and a trace_id. Once the service has API keys every request
                    needs one, with the scope read, write or admin: routes under /v1/admin need admin, those that
                    change something write, the others read.
                    """)
                .license(new License().name("Apache-2.0")));
  }
}
