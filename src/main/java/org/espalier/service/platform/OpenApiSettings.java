package org.espalier.service.platform;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The head of {@code /v3/api-docs}, and the schemas that no Java type says. */
@Configuration(proxyBeanMethods = false)
class OpenApiSettings {

  static final String BEARER = "bearer";
  static final String HEADER = "header";

  @Bean
  OpenAPI openApi(@Value("${espalier.version}") String version) {
    return new OpenAPI()
        .components(
            components()
                .addSecuritySchemes(
                    BEARER, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"))
                .addSecuritySchemes(
                    HEADER,
                    new SecurityScheme()
                        .type(SecurityScheme.Type.APIKEY)
                        .in(SecurityScheme.In.HEADER)
                        .name("X-API-Key")))
        // Where the document was asked for; a Host header has no say in what it contains.
        .servers(List.of(new Server().url("/").description("this service")))
        .tags(
            List.of(
                tag("events", "Interactions as they happen"),
                tag("catalogue", "What is known of items, users and their relations"),
                tag("ranking", "Rankings, and the vectors behind them"),
                tag("admin", "Jobs, generations, keys and upkeep")))
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
                    needs one, with the scope that its route names: read, write or admin.
                    """)
                .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
  }

  private static Tag tag(String name, String description) {
    return new Tag().name(name).description(description);
  }

  @SuppressWarnings("unchecked") // the setters of the document's model answer raw types
  private static Components components() {
    Components components =
        new Components()
            .addSchemas(
                "JsonObject",
                of("object").description("any JSON object").additionalProperties(true))
            .addSchemas(
                "FieldValue",
                new Schema<>()
                    .description("the value of a record's field")
                    .oneOf(
                        List.of(
                            of("string"),
                            of("number"),
                            of("boolean"),
                            of("array").items(of("string")))))
            .addSchemas(
                "RecordFields",
                of("object")
                    .description("names to strings, numbers, booleans or arrays of strings")
                    .additionalProperties(new Schema<>().$ref("#/components/schemas/FieldValue")))
            .addSchemas(
                "RecordFieldsPatch",
                of("object")
                    .description("names to new values, or to null for fields that go")
                    .additionalProperties(
                        new Schema<>()
                            .oneOf(
                                List.of(
                                    new Schema<>().$ref("#/components/schemas/FieldValue"),
                                    of("null")))))
            .addSchemas(
                "FilterValue",
                new Schema<>()
                    .description("what a field is compared with")
                    .oneOf(List.of(of("string"), of("number"), of("boolean"))))
            .addSchemas(
                "EmbeddingVector",
                new Schema<>()
                    .description("an array of numbers, or little-endian single precision in base64")
                    .oneOf(List.of(of("array").items(of("number").format("float")), of("string"))));
    components
        .addParameters(
            "IfMatch", header("If-Match", "the ETag of the only version to change, or * for any"))
        .addParameters(
            "IfNoneMatch",
            header(
                "If-None-Match",
                "reading: the ETag of a version that is known; writing: * to create a record only"))
        .addHeaders(
            "ETag",
            new Header().description("names this version of the record").schema(of("string")));
    RouteProblems.examples().forEach(components::addExamples);
    return components;
  }

  private static Parameter header(String name, String description) {
    return new HeaderParameter()
        .name(name)
        .description(description)
        .required(false)
        .schema(of("string").minLength(1).maxLength(64));
  }

  private static Schema<?> of(String type) {
    Schema<?> schema = new Schema<>();
    schema.setTypes(Set.of(type));
    return schema;
  }
}
